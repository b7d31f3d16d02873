"""What awaiting adds: `awaiting.py sync|await VAULT KEY_FILE NAME`, by the protocol of src/lib.rs.

The call is `verify`: of a name that is not in the vault, the shortest that there is, or of one that is.
"""

import asyncio
import sys
from time import perf_counter_ns

import mmcred
from mmcred import aio

job, folder, key_file, name = sys.argv[1:]


async def serve():
    sync, twin = mmcred.Vault.open(folder, key_file=key_file), await aio.Vault.open(folder, key_file=key_file)

    async def spend(turns):
        start = perf_counter_ns()
        for _ in range(turns):
            try:
                if job == "await":
                    await twin.verify(name)
                else:
                    sync.verify(name)
            except mmcred.EntryMissing:
                pass
        return perf_counter_ns() - start

    for line in sys.stdin:
        print(await spend(int(line)), flush=True)


asyncio.run(serve())
