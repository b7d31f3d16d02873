"""The search for planted tokens, in the forms in which one may slip out."""
import base64


def forms(token):
    """The token as plain text, base64 (in all three alignments), hexadecimal, and UTF-16."""
    plain = token.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield token.encode("utf-16-le")
    yield token.encode("utf-16-be")
    for lead in range(3):
        coded = base64.b64encode(b"\0" * lead + plain)
        # The first and last quantum also hold the neighbours' bits.
        core = coded[4 if lead else 0 : -4]
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")


def search(tokens, texts, folders, allowed=()):
    """Where one of the tokens stands: in one of the texts, or in a file below the folders whose name is not allowed."""
    needles = [form for token in tokens for form in forms(token)]
    for number, text in enumerate(texts):
        if any(needle in text for needle in needles):
            yield f"output {number}"
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in allowed:
                data = path.read_bytes()
                if any(needle in data for needle in needles):
                    yield str(path)


# Tokens that tests write into their code: they must never be printed.
PLANTED = ["ybndrfg8ejkmcpqxot1uwisza3"]
