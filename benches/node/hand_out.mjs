// The contender in Node: `hand_out.mjs JOB PACKAGE VAULT KEY_FILE ENTRIES`, by the protocol of src/lib.rs.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [job, folder, path, keyFile, count] = process.argv.slice(2);
process.env.MMCRED_VAULT = path;
process.env.MMCRED_KEY_FILE = keyFile;
const { Vault, authorization, authorizationSync } = createRequire(import.meta.url)(folder);
const entries = Number(count);
const url = 'https://chat.example.com/api/v4/users/me';
const vault = Vault.openSync();
const names = Array.from({ length: entries }, (_, index) => `entry-${String(index).padStart(6, '0')}`);
const hands = names.map((name) => vault.handSync(name));

const jobs = {
  /** What each request of a hand costs: its URL checked, its header read from the vault. */
  prepareSync(order) {
    for (const entry of order) hands[entry].prepareSync('users/me');
  },
  async prepare(order) {
    for (const entry of order) await hands[entry].prepare('users/me');
  },
  /** The short way, over the default vault. */
  authorizationSync(order) {
    for (const entry of order) authorizationSync(names[entry], url);
  },
  async authorization(order) {
    for (const entry of order) await authorization(names[entry], url);
  },
  /** From a name to the whole credential, and from there to its header. */
  getSync(order) {
    for (const entry of order) vault.getSync(names[entry]).authorization();
  },
};

let done = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const turns = Number(line);
  const order = Array.from({ length: turns }, (_, turn) => ((done + turn) * 7919) % entries);
  done += turns;
  const start = process.hrtime.bigint();
  await jobs[job](order);
  process.stdout.write(`${process.hrtime.bigint() - start}\n`);
}
