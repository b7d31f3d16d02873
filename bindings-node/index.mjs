import mmcred from './index.js'

export const { Credential, Hand, Vault, authorization, authorizationSync, client4, fetcher } = mmcred
export * from './errors.mjs'
