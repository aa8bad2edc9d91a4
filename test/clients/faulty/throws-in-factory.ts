// Fault: the factory throws synchronously.
export default (): never => {
  throw new RangeError('cannot build a client');
};
