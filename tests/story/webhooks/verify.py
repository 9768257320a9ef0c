"""Checks a call as a receiver would, by the official library. Reads {secret, headers, body} from standard input, prints the payload."""

import json
import sys

from standardwebhooks.webhooks import Webhook

call = json.load(sys.stdin)
print(json.dumps(Webhook(call["secret"]).verify(call["body"], call["headers"])))
