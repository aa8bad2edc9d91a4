// Fault: the factory is a named export.
export const createClient = () => ({});
