/** Where groups come from: a directory that provisions by SCIM, or an identity provider. */
export const scimSource = (connectionId: string): string => `scim:${connectionId}`
export const providerSource = (providerId: string): string => `provider:${providerId}`
