"""The README's lines, as programs that print who one is."""

PYTHON = "import mmcred; print(mmcred.session('prod').get('users/me').json()['username'])"
NODE = (
    "import { fetcher } from 'mmcred'; "
    "console.log((await (await fetcher('prod'))('users/me').then(r => r.json())).username)"
)
