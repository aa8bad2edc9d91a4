// Fault: the module cannot be loaded.
throw new Error('no configuration found');
export default (): never => {
  throw new Error('never reached');
};
