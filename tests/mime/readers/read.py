"""Reads each mail named on the command line with Python's own library and prints what it found as a line of JSON."""

import email
import email.policy
import hashlib
import json
import sys


def people(header):
    return [] if header is None else [dict(name=a.display_name, email=a.addr_spec) for a in header.addresses]


def read(path):
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.SMTP)
    found = dict(text=None, html=None, calendar=None, files=[])
    for part in mail.walk():
        if part.defects:
            sys.exit(f"{path}: {part.get_content_type()}: {part.defects}")
        if part.is_multipart():
            continue
        kind, how = part.get_content_type(), part.get_content_disposition()
        if how is not None:
            content = part.get_payload(decode=True)
            cid = part["Content-ID"]
            found["files"].append(dict(name=part.get_filename(), type=kind, cid=cid and cid.strip("<>"), inline=how == "inline",
                                       size=len(content), sha256=hashlib.sha256(content).hexdigest()))
        elif kind == "text/calendar":
            found["calendar"] = dict(method=part.get_param("method"), ics=part.get_payload(decode=True).decode("utf-8"))
        else:
            found[kind.removeprefix("text/").replace("plain", "text")] = part.get_content()
    print(json.dumps(dict(found, subject=mail["subject"], **{"from": people(mail["from"])}, to=people(mail["to"]), reply_to=people(mail["reply-to"]))))


for path in sys.argv[1:]:
    read(path)
