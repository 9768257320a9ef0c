// Checks a call as a receiver would, by the official library. Reads {secret, headers, body} from standard input, prints the payload.
const { Webhook } = require("standardwebhooks");

const call = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(new Webhook(call.secret).verify(call.body, call.headers)));
