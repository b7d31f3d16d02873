// Compiled by `npm run lint`, never run: what a CommonJS module in TypeScript may write.
import mmcred = require('mmcred')

export const works: Promise<boolean> = mmcred.Vault.openSync()
  .verify('prod')
  .then(({ isBot }) => isBot)
export const missing = new mmcred.EntryMissing('No entry.')
