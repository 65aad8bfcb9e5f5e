/** What the API is told of its caller, and nothing more: the package and its version. */
export const USER_AGENT = 'n8n-nodes-magnific/0.1.0';
