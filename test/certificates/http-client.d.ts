declare module '@digitalbazaar/http-client' {
  export const httpClient: { get(url: string): Promise<{ data?: unknown }> }
}
