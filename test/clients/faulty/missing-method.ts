// Fault: signIn() is missing, request() is misspelt.
export default () => ({ start: async () => undefined, requests: async () => ({ status: 200 }) });
