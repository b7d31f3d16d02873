"""Answers without their values, and what differs between two of them."""
import json


def shape(value):
    """JSON with its values replaced: keys and their order stay, and so does what is empty, zero, true, false or null."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        kinds = {json.dumps(shape(item)) for item in value}
        return {"(length)": len(value), "(items)": [json.loads(kind) for kind in sorted(kinds)]}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value and "text"
    return value and "number"


def differences(there, fake):
    """What a server's recorded answer has otherwise than the fake's, in words."""
    if there["status"] != fake["status"]:
        yield f"status {there['status']}; the fake: {fake['status']}"
    if kind(there["body"]) != kind(fake["body"]):
        yield f"{kind(there['body'])} as {there['type']}; the fake: {kind(fake['body'])} as {fake['type']}"
        return
    for what in ("error", "type", "location"):
        if there[what] != fake[what]:
            yield f"{what} {there[what]}; the fake: {fake[what]}"
    for what in ("headers", "cookies"):
        for name in sorted(set(fake[what]) - set(there[what]) - {"set-cookie"}):
            yield f"{what}: {name} is missing"
        for name in sorted(set(there[what]) - set(fake[what]) - {"set-cookie"}):
            yield f"{what}: {name}, which the fake does not send"
    yield from bodies(there["body"], fake["body"], "body")
    if there["newline"] != fake["newline"]:
        yield f"the body ends {'with' if there['newline'] else 'without'} a line break"


def kind(body):
    if isinstance(body, dict):
        return "a list" if "(length)" in body else "an object"
    return body if body in ("a page", "plain text") else "nothing" if body is None else "a value"


def bodies(there, fake, at):
    if isinstance(there, dict) and isinstance(fake, dict):
        yield from objects(there, fake, at)
    elif isinstance(there, list) and isinstance(fake, list) and len(there) == len(fake):
        for one, other in zip(there, fake, strict=True):
            yield from bodies(one, other, f"{at}[]")
    elif there != fake:
        yield f"{at} is {json.dumps(there)}; the fake: {json.dumps(fake)}"


def objects(there, fake, at):
    if missing := [key for key in fake if key not in there]:
        yield f"{at} lacks {', '.join(missing)}"
    if added := [key for key in there if key not in fake]:
        yield f"{at} has {', '.join(added)}, which the fake has not"
    order, common = [key for key in there if key in fake], [key for key in fake if key in there]
    if order != common:
        yield f"{at} has its keys in another order: {', '.join(order)}; the fake: {', '.join(common)}"
    for key in common:
        yield from bodies(there[key], fake[key], at if key == "(items)" else f"{at}.{key}")
