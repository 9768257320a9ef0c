# The English texts people see, as they stand in the code. Each has the same id in the other languages' files.
# A value whose name ends with -text is itself such a text. tests/arch/words.rs holds this page to the code.

# domain/src/feedback/fault.rs
the-message-is-no-event-of = the message is no event of SES: { $error }
subscribe-this-server-only-to-topics = subscribe this server only to topics that SES publishes to, as docs/SES.md shows
the-message-has-neither-eventtype = the message has neither eventType nor notificationType, so it is nothing SES publishes
it-has-no-headers-so-it = it has no headers, so it is no mail (RFC 5322)
its-part-for-machines-is-empty = its part for machines is empty
it-names-no-recipient-and-no = it names no recipient and no action for one
its-part-for-machines-holds-no = its part for machines holds no fields
it-has-no-feedback-type = it has no Feedback-Type
post-the-report-as-it-arrived = post the report as it arrived: the whole mail with all its headers, unchanged
the-mail-cannot-be-read-as = the mail cannot be read as a report: { $why-text }
the-report-does-not-give-back = the report does not give back a mail of this server: it holds no { $delivery-header } and no Message-ID of one
nothing-to-do-for-mail-of = nothing to do for mail of another program; for our own have the relay return at least the headers (RFC 3461, RET=HDRS)
the-mail-is-an-automatic-answer = the mail is an automatic answer (RFC 3834), which says nothing of whether mail arrives
post-only-delivery-status = post only delivery status notifications (RFC 3464) and feedback reports (RFC 5965)
the-mail-is-a-report-of = the mail is a report of the type { $kind }, which is not read here
the-mail-is-no-report-it = the mail is no report: it holds no part message/delivery-status or message/feedback-report

# domain/src/idempotency.rs
the-key-must-be-1-to = the key must be 1 to { $max-key } visible ASCII characters
send-a-fresh-uuid-for-each = send a fresh UUID for each new request, and the same one when repeating it

# domain/src/preflight/
warn-there-is-no-text-part-so = there is no text part, so one is made from the HTML
warn-write-the-text-yourself-where = write the text yourself where its wording matters
warn-bulk-mail-without-list-unsubscribe = bulk mail without List-Unsubscribe: Gmail and Yahoo want it, and readers report what they cannot leave as spam
warn-leave-the-link-of-this-server = leave the link of this server in, or give a page of yours as list.unsubscribe
warn-the-mail-has-x-bytes-near = the mail has { $size } bytes with everything encoded, and its provider takes { $limit }
warn-link-to-large-files-in-place = link to large files in place of attaching them
warn-the-html-has-x-bytes-and = the HTML has { $value } bytes, and Gmail shows about the first { $clipped } of them
warn-make-it-shorter-or-move-styles = make it shorter, or move styles that repeat into one place
warn-pictures-without-an-alt-text = pictures without an alt text: { $value }; who does not load pictures or hears the mail read finds nothing there
warn-say-in-alt-what-each-shows = say in alt what each shows; alt="" for one that is only ornament
warn-links-that-lead-nowhere-because = links that lead nowhere, because they are empty: { $n }
warn-write-where-each-leads = write where each leads, or remove it
warn-links-without-a-host = links without a host, which lead nowhere in a mail: { $n }, the first { $link }
warn-write-whole-links-such-as = write whole links, such as https://example.com/page
warn-links-that-mail-programs-remove = links that mail programs remove, because they run a script or hold data: { $n }, the first { $link }
warn-link-to-a-page-instead = link to a page instead
warn-links-that-only-work-in = links that only work in your own network: { $n }, the first { $link }
warn-link-to-the-public-address = link to the public address of the page
warn-links-that-cannot-be-read = links that cannot be read: { $n }, the first { $link }
warn-correct-them-such-as-https = correct them, such as https://example.com/page
warn-links-through-a-url-shortener = links through a URL shortener, which filters take for spam: { $n }, the first { $link }
warn-link-to-the-page-itself = link to the page itself, or through a domain of your own

# domain/src/refusal.rs
there-is-no-such-x = there is no such { $what-text }
list-what-exists-and-take-the = list what exists and take the { $what-text }'s id from there
nothing-was-stored-send-the-same = nothing was stored: send the same request again later, with the same Idempotency-Key

# domain/src/address/fault.rs
the-address-is-empty = the address is empty
give-an-address-such-as-name = give an address such as name@example.com
there-is-no-in-it = there is no @ in it
x-is-not-a-domain-name = `{ $domain }` is not a domain name (UTS 46)
check-the-spelling-of-the-part = check the spelling of the part after the @
it-holds-the-hangul-letter-x = it holds the Hangul letter { $character-text }: it was typed with the Korean input method on
type-the-address-again-with-the = type the address again with the input method off
it-begins-with-mailto-which-belongs = it begins with `mailto:`, which belongs to links
give-the-address-alone = give the address alone
it-holds-x-addresses = it holds { $ats } addresses
give-each-address-as-an-entry = give each address as an entry of its own
it-holds-a-display-name-or = it holds a display name or angle brackets
give-the-address-alone-and-the = give the address alone, and the name in the field for names
it-has-x-signs = it has { $ats } @ signs
an-address-has-exactly-one-check = an address has exactly one: check which one is meant
it-holds-the-control-character-x = it holds the control character { $character-text }
remove-it = remove it
it-x-with-x = it { $place-text } with { $character-text }
it-holds-x = it holds { $character-text }
it-holds-the-full-width-character = it holds the full-width character { $character-text }
type-the-ordinary-x = type the ordinary `{ $narrow }`
it-ends-with-x = it ends with `{ $c }`
it-holds-a-x = it holds a `{ $c }`
write-a-dot-there-or-give = write a dot there, or give each address as an entry of its own
give-an-address-without-quotation-marks = give an address without quotation marks; quoted local parts are not taken
it-holds-quotation-marks = it holds quotation marks
nothing-stands-before-the = nothing stands before the @
the-part-before-the-holds-x = the part before the @ holds { $character-text }, and providers take only ASCII there
ask-for-an-address-written-in = ask for an address written in Latin letters
the-part-before-the-has-x = the part before the @ has { $value } bytes
at-most-x-are-possible-rfc = at most { $max-local } are possible (RFC 5321): check the address
the-part-before-the-begins-or = the part before the @ begins or ends with a dot, or has two in a row
ask-for-another-address-receivers-and = ask for another address: receivers and providers refuse this one (RFC 5321)
the-part-before-the-holds-x-more = the part before the @ holds `{ $value }`
nothing-stands-after-the = nothing stands after the @
an-ip-address-stands-after-the = an IP address stands after the @
give-the-domain-name-address-literals = give the domain's name; address literals are not taken
the-domain-holds-x = the domain holds `{ $c }`
a-domain-has-letters-digits-hyphens = a domain has letters, digits, hyphens and dots only
the-domain-begins-with-a-dot = the domain begins with a dot or has two in a row
remove-the-dot-that-is-too = remove the dot that is too many
a-label-of-the-domain-has = a label of the domain has { $value } bytes
at-most-x-are-possible-check = at most { $max-label } are possible: check the domain
the-label-x-of-the-domain = the label `{ $label }` of the domain begins or ends with a hyphen
the-domain-x-has-no-dot = the domain `{ $domain }` has no dot
give-the-whole-domain-such-as = give the whole domain, such as example.com
the-domain-ends-with-x-which = the domain ends with `.{ $last }`, which is no top level domain
it-must-end-with-two-letters = it must end with two letters or more, such as .com or .kr
at-most-x-are-possible-rfc-5321 = at most { $max-address } are possible (RFC 5321): check that it is one address
it-has-x-bytes = it has { $length } bytes
x-if-x-is-meant-send = { $otherwise-text }; if `{ $address }` is meant, send that
a-space = a space
a-tab = a tab
a-line-break = a line break
a-no-break-space = a no-break space
a-full-width-space = a full-width space
a-zero-width-space = a zero width space
a-byte-order-mark = a byte order mark
an-invisible-character = an invisible character
x-x = `{ $c }` (U+{ $code })
x-x-more = { $name-text } (U+{ $code })

# domain/src/address/mailbox.rs
it-has-a-without-a = it has a `>` without a `<`
the-name-beside-the-address-x = the name beside the address: { $fault-text }
the-name-before-the-address-holds = the name before the address holds `{ $c }` outside quotation marks
something-stands-between-the-quoted-name = something stands between the quoted name and the address
the-quotation-mark-before-the-name = the quotation mark before the name is never closed
write-name-example-com-name-name = write name@example.com, Name <name@example.com> or "Name, quoted" <name@example.com>

# domain/src/mime/header.rs
remove-it-and-set-the-field = remove it and set the field `from`
remove-it-and-set-the-field-recipients = remove it and set the field `recipients`, or `to` for a joint copy
remove-it-and-set-the-field-cc = remove it and set the field `cc`
remove-it-and-set-the-field-bcc = remove it and set the field `bcc`: as a header it would show the recipients to everybody
remove-it-and-set-the-field-reply = remove it and set the field `reply_to`
remove-it-and-set-the-field-subject = remove it and set the field `subject`
remove-it-and-set-the-field-text = remove it and set the field `text` or `html`: parts and encodings are chosen from them
remove-it-and-set-the-field-tags = remove it and set the field `tags`, or the provider's section of the configuration
remove-it-it-is-written-for = remove it: it is written for every mail, from the time the message was accepted
remove-it-it-is-written-for-every = remove it: it is written for every mail, from the delivery's id
remove-it-it-is-written-for-every-mail = remove it: it is written for every mail
remove-it-it-is-written-for-every-mail-by = remove it: it is written for every mail by this server; choose another prefix for your own
remove-it-only-mail-servers-write = remove it: only mail servers write it
remove-it-only-the-receiving-server = remove it: only the receiving server writes it
remove-it-the-provider-signs-the = remove it: the provider signs the mail
remove-it-only-forwarding-servers-write = remove it: only forwarding servers write it
remove-it-a-mail-sent-here = remove it: a mail sent here is not a resent one
the-header-x-has-no-value = the header `{ $name }` has no value
give-a-value-or-leave-the = give a value or leave the header out
the-value-of-x-has-a = the value of `{ $name }` has a word too long for one line of { $max-line } bytes
shorten-the-word-or-put-spaces = shorten the word or put spaces where the line may be broken
it-holds-an-encoded-word-rfc = it holds an encoded word (`=?…?=`, RFC 2047)
give-the-text-itself-in-utf = give the text itself, in UTF-8: it is encoded when the mail is made
a-header-has-no-name = a header has no name
give-its-name-such-as-x = give its name, such as X-Campaign
a-header-name-has-x-bytes = a header's name has { $value } bytes
at-most-x-are-possible = at most { $max-name } are possible
a-header-name-holds-x = a header's name holds { $character-text }
use-printable-ascii-without-spaces-and = use printable ASCII without spaces and colons
the-header-x-is-not-the = the header `{ $name }` is not the caller's to set
it-holds-the-line-break-x = it holds the line break { $character-text }
write-it-on-one-line = write it on one line
sender = sender
the-header-x-is-given-twice = the header `{ $name }` is given twice, and a mail may have it once
leave-one-of-them = leave one of them
x-does-not-say-what-it = `{ $auto-submitted }` does not say what it may say (RFC 3834)
use-auto-generated-auto-replied-or = use `auto-generated`, `auto-replied`, or `no` for what a person wrote
remove-it-only-the-receiving-server-writes = remove it: only the receiving server writes it, and takes the mail for one that goes in circles
remove-it-bounces-go-to-the = remove it: bounces go to the sender of the envelope

# domain/src/mime/tag.rs
a-tag-x-has-x-bytes = a tag's { $part-text } has { $value } bytes
give-1-to-x = give 1 to { $max-tag }
a-tag-x-holds-x = a tag's { $part-text } holds { $character-text }
use-latin-letters-digits-and-only = use Latin letters, digits, `_` and `-` only: SES takes no others
the-tag-x-is-this-server = the tag `{ $name }` is this server's
choose-a-name-that-does-not = choose a name that does not begin with `jebi-`

# domain/src/mime/thread.rs
x-holds-something-else-than-ids = `{ $name }` holds something else than ids in angle brackets
x-holds-an-id-that-is = `{ $name }` holds an id that is not closed
x-holds-an-id-with-x = `{ $name }` holds an id with { $character }
x-holds-x-which-is-not = `{ $name }` holds `<{ $id }>`, which is not of the form <left@right>
give-ids-as-they-stand-in = give ids as they stand in Message-ID, such as <id@example.com>, with spaces between

# src/app.rs
the-store-does-not-work-x = the store does not work: { $why-text }
cannot-listen-on-x-x-free = cannot listen on { $address }: { $source }; free it or set SERVER_HOST and SERVER_PORT
jwt-secret-is-not-set-so = JWT_SECRET: is not set, so no token could be checked; set it as the server has it

# src/cli/client.rs
there-is-no-database-x-run = there is no database { $file }; run this where the server runs, or set DATABASE_URL as it has it
its-control-socket-x-x = its control socket { $value }: { $error }
the-process-that-has-x-open = the process that has { $file } open cannot be reached ({ $why-text }); run this as the user the server runs as, or set JEBI_API_KEY and the server's SERVER_HOST and SERVER_PORT
the-process-that-has-x-open-tls = the process that has { $file } open cannot be reached ({ $why-text }); commands do not call its HTTPS port: run this as the user the server runs as, or call the API with a client of your own
no-server-answers-at-its-control = no server answers at its control socket { $value }: { $error }; run this where the server runs, as the user it runs as
the-request-cannot-be-written-x = the request cannot be written: { $e }
the-answer-cannot-be-read-x = the answer cannot be read: { $e }
the-server-at-x-does-not = the server at { $place } does not answer: { $e }
the-server-at-x-broke-the = the server at { $place } broke the connection off: { $e }

# src/cli/failure.rs
the-server-answered-x-which-this = the server answered { $status }, which this command does not understand
the-server-answer-has-no-number = the server's answer has no number { $name }: is it a Jebi of this version?

# src/cli/key.rs
key-x-is-revoked = key { $id } is revoked
key-x-x-is-made-keep = key { $value } ({ $name }) is made; keep it, it is not shown again

# src/cli/migrate.rs
the-schema-is-up-to-date = the schema is up to date
x-pending = { $migration }: pending
x-applied = { $migration }: applied

# src/cli/mod.rs
the-runtime-could-not-be-started = the runtime could not be started: { $e }

# src/cli/ready.rs
the-server-has-not-answered-within = the server has not answered within { $value } s
ready = ready

# src/cli/release.rs
the-store-is-not-held-there = the store is not held: there is nothing to release
held-since-x-x = held since { $value }: { $why-text }
released-recipients-now-unsettled-x-waiting = released: recipients now unsettled: { $value }, waiting and sent when due: { $second }
yes-is-needed-where-nobody-can = --yes: is needed where nobody can be asked; give it if the original of this store no longer sends
bulk-mail-that-waits-will-be = Bulk mail that waits will be sent as it stands: some may have been sent before the other server took over. Release? [y/N]{" "}
what-was-due-will-be-left = What was due will be left unsettled and not sent by itself. The original must no longer send. Release? [y/N]{" "}
not-released = not released
look-at-the-unsettled-with-get-v1 = look at the unsettled with GET /v1/deliveries?state=unsettled; send what did not arrive with POST /v1/deliveries/ID/retry, say what did with POST /v1/deliveries/ID/settle

# src/cli/send/progress.rs
lines-done-x-of-x = lines done: { $done } of { $all }

# src/cli/send/rehearse.rs
would-be-taken-x-refused = would be taken: { $taken }, refused: { $refused }, suppressed: { $suppressed }
the-last-would-be-sent = the last would be sent at about { $finish }
warning-x-x = warning: { $warning-text }; { $remedy-text }

# src/cli/send/mod.rs
wait-no-server-runs-so-nothing = --wait: no server runs, so nothing would be sent; start `jebi serve`, or leave it out
these-are-too-many-copies-to = these are too many copies to list: GET /v1/deliveries?message_id= with the message's id above lists them
stored-no-server-runs-it-goes = stored: no server runs; it goes out when one does (`jebi serve`)
html-file-x-cannot-be-read = --html-file: { $value } cannot be read: { $e }; give a file in UTF-8
no-result-after-x-s-sync = no result after { $value } s (SYNC_WAIT_SECONDS): GET /v1/deliveries/ID shows how it goes on

# src/cli/serve.rs
the-metrics-could-not-be-set = the metrics could not be set up: { $e }
jebi-did-not-start-x = jebi did not start: { $why-text }
signals-cannot-be-listened-to-x = signals cannot be listened to: { $e }
no-api-key-could-be-made = no API key could be made: { $why-text }; make one with `jebi key create`
stopped-before-everything-was-finished-what = stopped before everything was finished; what was under way shows as unsettled
jebi-is-ready-x = Jebi is ready: { $url }
its-data-is-in-x = Its data is in { $value }
it-sends-no-bulk-mail-until = It sends no bulk mail until you run `jebi release`: { $why-text }
it-sends-nothing-until-you-run = It sends nothing until you run `jebi release`: { $why-text }
api-key-shown-once-keep-it = API key (shown once, keep it): { $key }
send-a-first-mail = Send a first mail:
send-a-mail-with-your-api = Send a mail (with your API key in JEBI_API_KEY; `jebi key create` makes another):
warning-x = Warning: { $warning-text }
read-it-nothing-leaves-this-machine-x = Read it (nothing leaves this machine): { $url }/inbox
everything-else-the-api-does-x = Everything else the API does: { $url }/docs

# src/cli/nodes.rs
the-node-that-answered = * the node that answered

# src/cli/transfer.rs
x-rows-x = { $table }: rows: { $rows }
moved-x-rows = moved: { $rows } rows, each table counted in both; set DATABASE_URL to the target and start the server
everything-had-been-copied-before = everything had been copied before: the transfer is finished now; set DATABASE_URL to the target

# src/app/mod.rs
the-schema-lacks-x = the schema lacks migration { $value } ({ $second }), and AUTO_MIGRATE is false: run jebi migrate

# src/app/transfer.rs
a-store-moves-from-sqlite = a store moves from sqlite://... to postgres://... only; there is no way back, and a copy within one engine is a backup
there-is-no-database-x-name = there is no database { $value }: name the one the server has in DATABASE_URL
the-store-x-was-transferred = the store { $value } was transferred to { $to } and neither takes nor sends mail any more: set DATABASE_URL to where it is now
the-store-is-held-as-a-copy = the store is held as a copy or restored: run `jebi release` on it, then transfer it
the-copy-is-not-as-it-must = the copy is not as it must be ({ $rule }: { $detail }): look with `jebi verify` at the source, which is still in use
the-target-has-no-tables = the target has no tables: run `jebi migrate` with DATABASE_URL set to it, then transfer
the-target-is-in-use = the target is in use (its table { $value } has rows): name an empty database
the-target-holds-the-unfinished = the target holds the unfinished transfer of another store: finish that, or name an empty database

# src/store/postgres/open.rs
a-store-is-being-transferred = a store is being transferred into this database: run `jebi transfer` again until it is done, then start

# src/store/transfer/
the-database-x-cannot-be-read = the database { $file } cannot be read: { $source }
the-target-broke-off-x = the target broke off: { $value }
x-is-in-one-of-the-two = { $table }.{ $column } is in one of the two databases only: source and target must have the schema of this Jebi
x-of-the-row-x-cannot-be = { $table }.{ $column } of the row { $row } cannot be written to PostgreSQL: { $why-text }; correct it in the source, then transfer again
x-has-x-rows-although = { $table } has { $left } rows although the store is at rest: start and stop the server once, then transfer again
x-has-x-rows-in-the-source = { $table } has { $source_rows } rows in the source and { $target_rows } in the target: nothing was kept, transfer again
the-target-does-not-wait = the target does not wait for this store any more: somebody else has begun to use it; nothing was written there, name an empty database
the-sequence-x-belongs = the sequence { $value } belongs to no table this Jebi knows
the-reading-of-the-source = the reading of the source ended early
the-number-is-larger-than = the number is larger than the column takes
the-text-is-not-utf-8 = the text is not UTF-8
the-text-holds-a-zero-byte = the text holds a zero byte, which PostgreSQL has no place for
the-value-is-of-another-type = the value is of another type than the column
the-value-is-longer-than = the value is longer than 2 GiB

# src/cli/verify.rs
x-deliveries-checked-all-is-as = { $checked } deliveries checked: all is as it must be
x-deliveries-checked-x-violations-keep = { $checked } deliveries checked: { $violations } violations; keep a copy of the data folder and report them

# src/config/access.rs
make-one-with-openssl-rand-hex = make one with `openssl rand -hex 32`
holds-a-space-or-a-character = holds a space or a character that cannot stand in a header
has-x-characters-and-at-least = has { $value } characters, and at least { $shortest } are needed
has-x-characters-and-at-most = has { $value } characters, and at most { $longest } are taken
is-set-without-jwt-secret = is set without JWT_SECRET
set-jwt-secret-to-the-secret = set JWT_SECRET to the secret in use, or remove this one
is-true-but-no-proxy-is = is true, but no proxy is declared that says what came over HTTPS
set-trusted-proxies-too = set TRUSTED_PROXIES too
has-x-bytes-and-at-least = has { $value } bytes, and at least { $shortest } are needed
write-networks-with-commas-between-10 = write networks with commas between: 10.0.0.0/8, 2001:db8::/32, 192.0.2.7
x-is-not-a-network = { $value } is not a network
names-no-network = names no network
names-no-origin = names no origin
write-one-such-as-https-shop = write one, such as https://shop.example.kr, or leave it out
holds-beside-other-origins = holds * beside other origins
write-alone-for-every-origin-or = write * alone for every origin, or only the exact ones
write-what-browsers-send-without-a = write what browsers send, without a path: https://shop.example.kr or http://localhost:5173
x-is-not-an-origin = { $value } is not an origin

# src/config/check.rs
make-the-one-smaller-or-the = make the one smaller, or the other larger
is-x-s-but-a-request = is { $wait } s, but a request is broken off after { $timeout } s ({ $value })
is-x-bytes-but-only-x = is { $body } bytes, but only { $queue } may wait for the writer ({ $value })
x-is-jebi-itself-so-mail = { $endpoint } is Jebi itself, so mail would go round in a circle
leave-it-out-to-send-through = leave it out to send through AWS, or name another service
mail-stays-in-the-local-inbox = mail stays in the local inbox, for no provider is set, but the server listens on { $value } and can be reached from other machines; set PROVIDER=ses to send it, or PROVIDER=local if this is meant
x-the-secret-can-be-read = { $flag }: the secret can be read by every user of this machine (process list); put it into the environment or a file
x-in-env-is-not-seen = { $value } in .env is not seen by the AWS credential chain, which reads the real environment only; export it there if it is meant
is-x-bytes-but-all-bodies = is { $one } bytes, but all bodies together may have only { $all } ({ $value })
x-is-set-only-x-may = { $written } is set: only { $list } may be mailed, and mail to anybody else is refused; remove it to mail everybody

# src/config/database.rs
write-sqlite-data-jebi-db-a = write sqlite://data/jebi.db (a path from the working directory) or sqlite:///var/lib/jebi/jebi.db
is-not-a-database-address = is not a database address
x-is-not-an-engine-jebi = { $value } is not an engine Jebi has
asks-for-a-database-in-memory = asks for a database in memory, which would lose mail
holds-options-which-jebi-sets-itself = holds options, which Jebi sets itself
leave-out-the-and-what-follows = leave out the ? and what follows it
names-no-file = names no file
write-sqlite-for-a-file-or-postgres = write sqlite://data/jebi.db for a file, or postgres://user:password@host:5432/database
x-is-set-but-only-postgresql = { $written } is set, but only PostgreSQL uses it: SQLite keeps everything beside { $file }; move that with DATABASE_URL, or leave it out
x-is-set-but-x-counts-alone = { $part } is set, but { $whole } counts alone; leave one of them out
is-not-set-though-other-parts = is not set, though other parts of a database address are
name-the-database-or-set-database-url = name the database, or set DATABASE_URL as a whole
name-the-user-to-log-in-as = name the user to log in as, or set DATABASE_URL as a whole

# src/config/dotenv.rs
has-no = has no =
write-name-value-or-start-the = write NAME=value, or start the line with #
has-no-name-before-the = has no name before the =
opens-a-quote-and-never-closes = opens a quote and never closes it
close-the-quote = close the quote
has-more-behind-the-closing-quote = has more behind the closing quote
quote-the-whole-value-or-none = quote the whole value, or none of it

# src/config/endpoint.rs
write-http-or-https-a-host = write http:// or https://, a host, and a port where it is not the usual one
holds-a-user-name-or-password = holds a user name or password
x-is-not-a-web-address = { $value } is not a web address

# src/config/layers.rs
line-x-is-not-toml-x = line { $line } is not TOML ({ $value })
correct-it-jebi-config-defaults-shows = correct it; `jebi config --defaults` shows every key
is-not-a-single-text-or = is not a single text or number
write-one-value = write one value
x-is-not-used-because-x = { $other } is not used, because { $name } is set and comes first
write-the-value-itself-or-put = write the value itself, or put it in single quotes where the characters are meant
holds-a-x-which-is-not = holds a ${"{"}…{"}"}, which is not expanded
write-set-section-key-value = write --set section.key=value
is-given-twice-x-sets-it = is given twice ({ $before } sets it too)
keep-one-of-them = keep one of them
is-empty = is empty
give-it-a-value-or-leave = give it a value, or leave it out
is-set-and-so-is-x = is set, and so is { $value }
write-the-secret-into-that-file = write the secret into that file, or correct the path
x-is-empty = { $value } is empty
x-cannot-be-read-x = { $value } cannot be read: { $e }
write-it-into-the-environment-or = write it into the environment or .env
stands-in-x-the-file-it = stands in { $file }, the file it chooses
name-it-with-1-to-32 = name it with 1 to 32 lower-case letters, digits, _ and -, a letter or digit first
is-not-a-name-a-provider = is not a name a provider can have

# src/config/log.rs
write-error-warn-info-debug-trace = write error, warn, info, debug, trace or off, also per module: info,jebi::worker=debug
x-is-not-a-log-level = { $value } is not a log level
is-not-a-sentry-dsn = is not a Sentry DSN
copy-it-from-the-project-settings = copy it from the project's settings (Client Keys): https://key@host/project

# src/config/names.rs
is-not-a-name-jebi-knows = is not a name Jebi knows
is-not-a-key-jebi-knows = is not a key Jebi knows
remove-it-jebi-config-defaults-shows = remove it; `jebi config --defaults` shows every key
did-you-mean-x = did you mean { $name }?
mail-goes-through-x-because-x = mail goes through { $value }, because { $why-text }
set-but-not-used-by-jebi = set, but not used by Jebi: { $value }
the-profile-x-is-in-force = the profile { $value } is in force ({ $profile-name }): { $files } over the others
x-is-set-but-this-build = { $value } is set, but this build has no Sentry, so nothing is reported; build it with --features sentry
mail-goes-through-x-by-its = mail goes through { $value }, by its sender
no-daily-limit = no daily limit
x-recipients-a-day = { $n } recipients a day
x-is-taken-for-x-x = { $name } is taken for { $service } ({ $daily-text }); `jebi config --defaults` shows how to change what is known of it

# src/config/parse.rs
write-a-whole-number-from-x = write a whole number from { $value } to { $second }
x-is-out-of-range = { $value } is out of range
x-is-not-a-whole-number = { $value } is not a whole number
x-is-not-a-choice = { $value } is not a choice
write-x = write { $value }
write-one-of-x = write one of { $value }

# src/config/provider.rs
x-says-so = { $written } says so
aws-ses-from-email-is-set = AWS_SES_FROM_EMAIL is set
x-is-set = { $name } is set
email-backend-is-one-for-ses = EMAIL_BACKEND is one for SES
smtp-host-is-set = SMTP_HOST is set
nothing-names-ses-or-an-smtp = nothing names SES or an SMTP server

# src/config/reader.rs
is-not-set = is not set
give-it-a-value = give it a value
still-holds-the-example-text-of = still holds the example text of the documentation
put-the-real-value-there-or = put the real value there, or remove the line

# src/config/sending.rs
write-a-number-above-0-or = write a number above 0, or leave it out to send as fast as the account allows
x-is-not-a-rate-in = { $value } is not a rate in recipients a second
write-a-name-of-the-iana = write a name of the IANA time zone database, such as Asia/Seoul or UTC
x-is-not-a-time-zone = { $value } is not a time zone
write-noreply-example-com-or-example = write noreply@example.com or Example <noreply@example.com>
x-is-not-a-sender-x = { $value } is not a sender ({ $fault-text })

# src/config/server.rs
x-is-not-a-name-of-1 = { $value } is not a name of 1 to { $node-name } characters
name-the-node-for-people-such = name the node for people, such as mail-1
write-127-0-0-1-for = write 127.0.0.1 for this machine only, 0.0.0.0 for every network, or one address of this machine
x-is-not-an-ip-address = { $value } is not an IP address
is-set-without-x = is set without { $missing }
set-both-to-serve-https-or = set both to serve HTTPS, or neither to serve HTTP
name-a-pem-file-with-the = name a PEM file with the { $what-text }
x-holds-no-x = { $value } holds no { $what-text }
private-key = private key
certificate = certificate

# src/config/ses.rs
set-both-or-neither-to-use = set both, or neither to use the AWS SDK's own chain (profile, container, instance role)
is-set-without-aws-secret-access = is set without AWS_SECRET_ACCESS_KEY
is-set-without-aws-access-key = is set without AWS_ACCESS_KEY_ID
is-set-without-aws-access-key-id = is set without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
set-all-three-or-none = set all three, or none
holds-a-space-or-a-character-that = holds a space or a character that no AWS key has
copy-it-again-without-quotes-and = copy it again, without quotes and line ends
x-is-not-an-aws-region = { $value } is not an AWS region
write-one-such-as-ap-northeast = write one such as ap-northeast-2 (Seoul)
x-is-not-a-name-ses = { $value } is not a name SES allows
use-1-to-64-letters-digits = use 1 to 64 letters, digits, _ and -
name-a-pem-file-of-certificates = name a PEM file of certificates
x-holds-no-certificate = { $value } holds no certificate
is-the-address-of-x-while = is the address of { $named }, while { $other } is { $region }
make-them-agree-or-leave-the = make them agree, or leave the address out

# src/config/sources.rs
is-not-utf-8-text = is not UTF-8 text
write-it-in-utf-8 = write it in UTF-8
correct-the-path-or-the-file = correct the path, or the file's rights or encoding (UTF-8)
cannot-be-read-x = cannot be read: { $e }

# src/http/auth.rs
use-a-key-that-jebi-key = use a key that `jebi key list` shows as live
send-authorization-bearer-key-or-x = send Authorization: Bearer KEY, or X-API-KEY: KEY; make a key with `jebi key create`
the-authorization-header-holds-no-bearer = the Authorization header holds no bearer key
the-request-shows-no-api-key = the request shows no API key
the-x-api-key-header-is = the X-API-KEY header is not ASCII
this-api-key-does-not-exist-was = this API key does not exist, was revoked or has expired
too-many-keys-that-do-not = too many keys that do not hold were shown from this address
use-a-key-that-holds-one = use a key that holds; one is taken at once

# src/http/error.rs
there-is-no-such-path = there is no such path
see-openapi-json-for-every-path = see /openapi.json for every path there is
this-path-does-not-take-this = this path does not take this method
use-one-of-the-methods-in = use one of the methods in the Allow header
send-it-again-with-the-same = send it again with the same Idempotency-Key; if it fails again, report it with the request id
the-server-made-a-mistake = the server made a mistake

# src/http/json.rs
an-object = an object
the-body-is-empty = the body is empty
the-body-is-not-json-x = the body is not JSON: { $error }
send-one-json-object-rfc-8259 = send one JSON object (RFC 8259), without comments
there-is-no-field-x-here = there is no field { $named } here
take-it-out-or-check-its = take it out, or check its name: { $known-text }
this-field-is-required = this field is required
add-it = add it
the-field-x-is-given-twice = the field { $named } is given twice
give-it-once = give it once
x-is-not-a-value-of = { $named } is not a value of this field
use-x = use { $known }
give-a-value-of-the-type = give a value of the type /openapi.json names for this field

# src/http/limit.rs
the-body-type-is-not-given = the body's type is not given
the-body-type-is-x-not = the body's type is { $t }, not JSON
send-json-with-content-type-application = send JSON with Content-Type: application/json
the-body-is-said-to-be = the body is said to be encoded as { $coding }, which this server does not read
send-the-body-uncompressed-without-this = send the body uncompressed, without this header
the-body-is-larger-than-x = the body is larger than { $max } bytes
split-it-into-several-requests = split it into several requests
the-body-did-not-arrive-in = the body did not arrive in time
send-it-faster-or-split-it = send it faster, or split it into smaller requests
the-body-ended-before-it-was = the body ended before it was complete
send-the-whole-body = send the whole body
the-server-is-stopping = the server is stopping

# src/http/params.rs
there-is-no-such-parameter-here = there is no such parameter here
check-its-name-x = check its name: { $known-text }
this-is-not-a-whole-number = this is not a whole number in range
give-a-whole-number-openapi-json = give a whole number; /openapi.json has its range
see-openapi-json-for-what-it = see /openapi.json for what it takes
this-is-no-cursor-of-this = this is no cursor of this list
pass-next-cursor-of-the-page = pass next_cursor of the page before, unchanged

# src/http/api/deliveries.rs
x-is-no-state = { $text } is no state
use-one-of-x = use one of { $known }
pass-the-26-characters-the-answer = pass the 26 characters the answer to sending it gave
x-is-no-message-id = { $text } is no message id

# src/http/api/messages/mod.rs
send-it-once-as-1-to = send it once, as 1 to 255 visible ASCII characters
the-header-is-given-more-than = the header is given more than once
the-key-is-not-ascii = the key is not ASCII

# src/http/api/messages/request.rs
an-address-or-an-object-with = an address, or an object with email and name
an-address-or-a-list-of = an address or a list of addresses
an-object-of-texts = an object of texts

# src/provider/dkim/key.rs
the-key-of-the-selector-holds-no = the key of the selector `{ $selector }` holds no private key in PEM that can be read
the-key-of-the-selector-is-of-a-kind = the key of the selector `{ $selector }` is of a kind DKIM does not know, or damaged: RSA and Ed25519 are
the-key-of-the-selector-is-too-short = the key of the selector `{ $selector }` is too short: RSA keys have 2048 to 4096 bits
the-key-of-the-selector-is-too-long = the key of the selector `{ $selector }` is too long: RSA keys have 2048 to 4096 bits, receivers check no longer ones
the-key-of-the-selector-has-x-bits = the key of the selector `{ $selector }` has { $bits } bits: RSA keys have 2048 to 4096
make-one-with-jebi-dkim-new = make one with `jebi dkim new`

# src/provider/ses/config.rs
x-is-no-aws-region = `{ $region }` is no AWS region
write-it-as-in-ap-northeast = write it as in `ap-northeast-2`
x-cannot-be-the-name-of = `{ $name }` cannot be the name of a configuration set
use-1-to-64-letters-digits-or = use 1 to 64 letters, digits, `-` or `_`, or leave it out
write-it-as-in-https-email = write it as in `https://email.ap-northeast-2.amazonaws.com`
x-is-no-url-x = `{ $url }` is no URL: { $e }
x-has-neither-https-nor-http = `{ $url }` has neither `https://` nor `http://`
x-names-no-host = `{ $url }` names no host
the-endpoint-has-a-user-name = the endpoint has a user name or a query, and may have neither

# src/provider/ses/sign.rs
the-endpoint-cannot-be-used-in = the endpoint cannot be used in a request: { $e }
check-its-spelling = check its spelling
the-request-could-not-be-signed = the request could not be signed: { $e }
check-the-access-key-the-secret = check the access key, the secret key and the region

# src/provider/ses/tls.rs
x-cannot-be-used-x = `{ $value }` cannot be used: { $fault-text }
give-a-readable-file-with-one = give a readable file with one or more PEM certificates
it-holds-no-certificate = it holds no certificate
install-the-package-ca-certificates-or = install the package `ca-certificates` or name a PEM file
this-system-has-no-certificate-authorities = this system has no certificate authorities
tls-cannot-be-set-up-x = TLS cannot be set up: { $e }
report-this-as-a-fault-of = report this as a fault of the program

# src/service/figures.rs
x-is-not-between-1-and = { $hours } is not between 1 and { $max-hours }
leave-it-out-for-the-last = leave it out for the last 24 hours

# src/service/keys.rs
the-name-must-be-1-to = the name must be 1 to { $max-name } characters without control characters
name-the-program-that-will-use = name the program that will use the key
the-key-must-be-x-to = the key must be { $min-given } to { $max-given } visible ASCII characters without spaces
make-one-with-openssl-rand-base64 = make one with `openssl rand -base64 32`
leave-name-out-make-a-token = leave name out; make a token for another subject
the-subject-of-tokens-cannot-be = the subject of tokens cannot be renamed

# src/service/search.rs
take-smaller-pages-and-follow-next = take smaller pages and follow next_cursor

# src/service/trouble.rs
the-server-database-cannot-be-used = the server's database cannot be used just now: { $why-text }
send-the-same-request-again-with = send the same request again later, with the same Idempotency-Key
this-node-is-starting-anew = this node is starting anew
too-much-is-waiting-to-be = too much is waiting to be written: { $why-text }
the-server-disk-is-full-or = the server's disk is full or nearly so
send-the-same-request-again-later = send the same request again later, with the same Idempotency-Key; the cause is in the server's log
the-server-could-not-use-its = the server could not use its store; nothing was acknowledged

# src/service/accept/content.rs
it-has-neither-content-nor-text = it has neither content nor text
give-content-html-text-or-both = give content (HTML), text, or both
it-has-x-tags-at-most = it has { $value } tags; at most { $max-tags } are allowed
leave-some-out = leave some out
no-sender-is-given-and-the = no sender is given and the server has none configured
give-from-or-set-aws-ses = give from, or set AWS_SES_FROM_EMAIL or DEFAULT_FROM_EMAIL on the server
it-has-x-addresses-at-most = it has { $value } addresses; at most { $max-reply-to } are allowed
give-one-or-a-few = give one or a few
it-has-no-subject = it has no subject
give-a-subject-of-1-to = give a subject of 1 to 998 characters
it-is-longer-than-x-characters = it is longer than { $max-subject } characters
shorten-it = shorten it
content-and-html-are-both-given = content and html are both given; they mean the same
give-one-of-them = give one of them
a-topic-must-be-1-to = a topic must be 1 to { $max-topic } bytes of UTF-8 without control characters
shorten-it-or-leave-topic-id = shorten it, or leave topic_id out
x-cannot-stand-in-a-path = { $topic } cannot stand in a path, so the topic could not be asked for
give-the-topic-another-name = give the topic another name

# src/service/accept/mod.rs
this-key-was-used-in-the = this key was used in the last 24 hours for a request with another body
use-a-fresh-key-for-a = use a fresh key for a new request; repeat a request with exactly the same bytes

# src/service/accept/prepare.rs
give-at-least-one-message-with = give at least one message with emails, subject and content
the-request-has-no-messages = the request has no messages
the-request-has-x-recipients-at = the request has { $given } recipients; at most { $max } are taken at once

# src/service/accept/recipients.rs
x-holds-n-addresses-to-cc = { $list } holds { $n } addresses; to, cc and bcc may hold { $max-role } each
send-a-copy-each-with-emails = send a copy each with emails or recipients, or several messages
it-has-addresses-in-more-than = it has addresses in more than one of emails, recipients, and to/cc/bcc
use-emails-or-recipients-for-a = use emails or recipients for a copy each, or to/cc/bcc for one copy to all
it-has-no-recipients = it has no recipients
give-emails-or-recipients-for-a = give emails or recipients for a copy each, or to/cc/bcc for one copy to all

# src/service/accept/waiting.rs
x-recipients-wait-already-and-at = { $waiting } recipients wait already and at most { $value } may (MAX_WAITING)

# src/service/accept/when.rs
x-is-more-than-5-minutes = { $at } is more than 5 minutes past; it is { $now } now
give-a-time-to-come-or = give a time to come, or leave the field out to send at once
x-is-not-after-x-when = { $at } is not after { $due }, when the message is due
give-a-time-after-scheduled-at = give a time after scheduled_at, or after now where that is not given
x-is-no-time-this-server = { $value } is no time this server can read
write-yyyy-mm-dd-hh-mm = write YYYY-MM-DD HH:MM:SS in the server's time zone, or RFC 3339 such as 2024-01-01T09:00:00+09:00
x-does-not-exist-in-the = { $text } does not exist in the server's time zone: the clock is put forward over it
give-another-time-or-rfc-3339 = give another time, or RFC 3339 with an offset

# src/store/group.rs
the-writer-byte-budget-is-used = the writer's byte budget is used up
the-writer-is-more-than-two = the writer is more than two seconds behind

# src/store/postgres/check.rs
user-x-may-not-read-and-write = user { $role } may not read and write the table { $table }
run-there-as-its-owner-grant = run there, as its owner: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{ $schema }" TO "{ $role }", and GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA "{ $schema }" TO "{ $role }"
the-server-at-x-is-postgresql-x = the server at { $place } is PostgreSQL { $version }, which is older than what Jebi's tables and statements are written for
upgrade-it-to-postgresql-14 = upgrade it to PostgreSQL 14 or newer
the-server-at-x-is-a-read-only = the server at { $place } is a read-only replica
name-the-primary-in = name the primary in DATABASE_URL
the-server-at-x-takes-no-writes-default = the server at { $place } takes no writes: default_transaction_read_only is on
see-why-it-is-then-alter = see why it is; then ALTER DATABASE "{ $database }" RESET default_transaction_read_only, or the same for the role or the server
the-server-at-x-runs-with-fsync = the server at { $place } runs with fsync = off, so what it has committed can be gone after a power cut
set-fsync-on = set fsync = on in its postgresql.conf and reload it
the-database-x-is-encoded-in = the database { $database } is encoded in { $encoding }, which does not hold every letter
make-one-that-does-create = make one that does: CREATE DATABASE "{ $database }" OWNER "{ $role }" ENCODING 'UTF8' TEMPLATE template0
the-search-path-of-user = the search_path of user { $role } names no schema that is there
make-one-create-schema = make one: CREATE SCHEMA AUTHORIZATION "{ $role }"
user-x-may-not-make-or-use = user { $role } may not make or use tables in the schema { $schema }
run-in-the-database-x-as = run in the database { $database }, as its owner: GRANT { $wanted } ON SCHEMA "{ $schema }" TO "{ $role }"
the-server-at-x-does-not-list = the server at { $place } does not list its own database

# src/store/postgres/connect.rs
x-tried-for-x-s = { $fault-text } (tried for { $seconds } s, DATABASE_START_WAIT)

# src/store/postgres/error.rs
postgresql-x-x = PostgreSQL: { $fault-text }; { $remedy-text }
the-server-at-x-does-not-speak-tls = the server at { $place } does not speak TLS
set-ssl-on = set ssl = on in its postgresql.conf; only where nobody can listen in between write sslmode=disable
the-server-at-x-wants-a-password = the server at { $place } wants a password of user { $user }, and none is set
write-it-into-database-url-as = write it into DATABASE_URL as user:password@, or into DATABASE_PASSWORD
logging-in-at-x-failed = logging in at { $place } failed: { $error }: { $why }
take-a-way-to-log-in = take a way to log in that Jebi knows: scram-sha-256, md5 or trust in pg_hba.conf
the-server-at-x-ended = the server at { $place } ended the connection while it was being opened
see-the-server-log-nothing-to-do = see the server's log; nothing to do if it was being restarted
no-answer-from-x-within = no answer from { $place } within { $seconds } s
see-whether-the-server-runs-and-timeout = see whether the server runs, and whether a firewall lets this machine through; DATABASE_CONNECT_TIMEOUT is how long is waited
nothing-to-do-if-the-server-was = nothing to do if the server was restarted: it is connected again by itself
the-connection-to-x-was-lost = the connection to { $place } was lost
a-statement-could-not-be-exchanged = a statement could not be exchanged: { $error }
it-cannot-be-reached = it cannot be reached
it-takes-no-writes = it takes no writes
others-are-writing-the-same = others are writing the same
it-takes-too-long = it takes too long
the-server-at-x-does-not-take-the-password = the server at { $place } does not take the password of user { $user }
correct-it-in-database-url = correct it in DATABASE_URL or DATABASE_PASSWORD; a role that does not exist is refused with the same words
the-server-at-x-has-no-user = the server at { $place } has no user { $user } that may log in
make-it-there-create-role = make it there: CREATE ROLE "{ $user }" LOGIN PASSWORD '…'
the-server-at-x-does-not-let = the server at { $place } does not let user { $user } in from here: { $message }
add-a-line-for-this-user = add a line for this user, database and address to its pg_hba.conf; hostssl lines want TLS
there-is-no-database-x-at = there is no database { $database } at { $place }
make-it-there-create-database = make it there: CREATE DATABASE "{ $database }" OWNER "{ $user }" ENCODING 'UTF8' TEMPLATE template0
the-server-at-x-is-starting = the server at { $place } is starting or stopping: { $message }
nothing-to-do-if-it-passes = nothing to do if it passes: it is tried again by itself
the-pooler-at-x-refuses = the pooler at { $place } refuses the connection: { $message }
see-that-it-knows-this-user = see that it knows this user and database; set DATABASE_POOLER=transaction where it lends connections for a transaction
another-transaction-was-in-the-way = another transaction was in the way: { $message }
nothing-to-do-it-is-tried = nothing to do: it is tried again by itself
a-lock-was-not-to-be-had = a lock was not to be had in time: { $message }
see-pg-locks = see pg_locks for who holds it; it is tried again by itself
a-statement-was-broken-off = a statement was broken off: { $message }
see-what-keeps-the-server-busy = see what keeps the server busy; DATABASE_STATEMENT_TIMEOUT is how long a statement may take
the-server-at-x-has-no-connection = the server at { $place } has no connection left: { $message }
raise-its-max-connections = raise its max_connections or the limit of the role or database, lower DATABASE_POOL_SIZE, or put a pooler between
the-disk-of-the-server-at-x = the disk of the server at { $place } is full: { $message }
free-space-there = free space there; mail is refused until then
the-server-at-x-is-out-of-memory = the server at { $place } is out of memory or of another resource: { $message }
see-its-log-and-give-it-more = see its log, and give it more
the-server-at-x-takes-no-writes = the server at { $place } takes no writes: { $message }
name-the-primary-in-database-url-after = name the primary in DATABASE_URL; after a failover it is found again by itself where the address follows it
user-x-lacks-a-right = user { $user } lacks a right: { $message }
give-it-to-the-user-there = give it to the user there, or make it the owner: ALTER DATABASE "{ $database }" OWNER TO "{ $user }"
a-prepared-statement-was-not-kept = a prepared statement was not kept ({ $code }): a pooler lends connections for a transaction only
set-database-pooler-transaction = set DATABASE_POOLER=transaction
a-statement-failed-x = a statement failed ({ $code }): { $message }
see-the-server-log-and-report = see the server's log, and report this as a fault of the program
nothing-listens-at-x = nothing listens at { $place }
start-the-server-there = start the server there, or correct host and port in DATABASE_URL
there-is-no-socket-x = there is no socket { $place }
start-the-server-or-correct-the-folder = start the server, or correct the folder and the port in DATABASE_URL
this-process-may-not-open-x = this process may not open { $place }
let-its-user-into-the-folder = let its user into the folder of the socket, or use a TCP address
the-name-of-x-cannot-be-resolved = the name of { $place } cannot be resolved: { $error }
correct-the-host-in-database-url = correct the host in DATABASE_URL, or see why this machine's name service does not know it
x-cannot-be-reached-x = { $place } cannot be reached: { $error }
see-whether-the-server-runs-and = see whether the server runs, and whether a firewall lets this machine through
tls-could-not-be-agreed-on = TLS could not be agreed on
see-the-server-log-and-which-tls = see the server's log, and which TLS versions it takes (ssl_min_protocol_version)
no-secure-connection-to-x = no secure connection to { $place }: { $what-text } ({ $inner })
the-certificate-is-for-another-name = the certificate is for another name
name-the-server-in-database-url = name the server in DATABASE_URL by the name its certificate is for; sslmode=verify-ca checks the authority alone
the-certificate-is-of-an-unknown = the certificate is of an unknown authority
name-the-certificate-of-the-server = name the certificate of the server's authority as DATABASE_CA_FILE; if you know of none, somebody between may pose as the server
the-certificate-has-expired = the certificate has expired
renew-it-on-the-server = renew it on the server, and check this machine's clock
the-certificate-is-not-valid-yet = the certificate is not valid yet
check-this-machine-clock = check this machine's clock
the-certificate-cannot-be-used = the certificate cannot be used
give-the-server-one-that-is-signed = give the server one that is signed by an authority and names its host (subjectAltName)

# src/store/postgres/open.rs
the-schema-has-migration-x-x = the schema has migration { $no } ({ $name }) of a newer Jebi: start that version
this-store-was-transferred-to = this store was transferred to { $to }: set DATABASE_URL to that one
the-database-does-not-do-what = the database does not do what opening needs: { $value }
migration-x-x-was-not-run-the = migration { $no } ({ $name }) was not run, the database says: { $value }; correct that there, as a rule the tables' owner runs jebi migrate
migration-x-x-was-not-run-for = migration { $no } ({ $name }) was not run, for its tables were never free: { $holders }; end what holds them, then start again
a-thread-could-not-be-started = a thread could not be started: { $value }

# src/store/postgres/pool.rs
no-pool-could-be-made = no pool could be made: { $error }
no-connection-for-reading = no connection for reading was free within { $seconds } s
raise-database-pool-size = raise DATABASE_POOL_SIZE
it-is-tried-again-by-itself = it is tried again by itself
the-connections-for-reading = the connections for reading are closed
it-is-stopping-ask-again = it is stopping: ask again when it has started

# src/store/postgres/tls.rs
this-system-has-no-certificate-authorities-to = this system has no certificate authorities to check the server's certificate with
install-the-package-ca = install the package ca-certificates, or name a PEM file as DATABASE_CA_FILE
the-authorities-in-x = the authorities in { $path } cannot be used: { $why }
give-a-readable-file-as-database-ca = give a readable file with one or more PEM certificates as DATABASE_CA_FILE

# src/app/mod.rs

# src/store/sqlite/open.rs
the-folder-or-file-x-cannot = the folder or file { $value } cannot be used: { $source }
another-jebi-process-has-x-open = another Jebi process has { $value } open: stop it first, or give this one another DATABASE_URL
x-is-on-a-network-file = { $value } is on a network file system ({ $kind }), where SQLite's locks and syncs cannot be trusted: put DATABASE_URL on a local disk
the-database-has-migration-x-x = the database has migration { $no } ({ $name }) of a newer Jebi: start that version, or restore the backup made before it
migration-x-x-in-the-database = migration { $no } ({ $name }) in the database is not the one this Jebi knows: it was made by a changed build
the-database-cannot-be-read-x = the database cannot be read: { $value }
the-database-cannot-be-opened-x = the database cannot be opened: { $value }
the-database-is-damaged-x = the database is damaged: { $value }

# src/cli/config.rs
note-notice = note: { $notice-text }
warning-warning = warning: { $warning-text }

# src/config/language.rs
not-a-language = { $value } is not a language Jebi speaks
write-en-or-ko = write en or ko

# src/store/sqlite/guard.rs
installation-damaged = { $path } is damaged: it should hold an id, an epoch and an inode
installation-missing = the file { $path } that belongs to this database is missing: the database was copied or restored
installation-foreign = { $path } belongs to another database
installation-newer = the database is older than { $path } says (epoch { $epoch } after { $written }): it was restored
installation-copied = { $path } is a copy: the whole folder was copied or restored
restored-due = it was due when this store was copied or restored: the original may have sent it
restored-look = look whether it arrived; send it again only if it did not

# src/cli/expiry.rs
write-a-number-and-s-m = write a number and s, m, h or d (90d), or a time such as 2027-01-31T00:00:00+09:00

# src/http/access/gate.rs
an-address-the-proxy-does-not = an address the proxy does not tell
requests-from-x-are-not-taken = requests from { $from-text } are not taken here
call-from-an-allowed-network-or = call from an allowed network, or have it added to ALLOWED_NETWORKS; behind a proxy, declare it in TRUSTED_PROXIES
the-host-header-names-no-host = the Host header names no host
send-the-name-of-this-server = send the name of this server in it

# src/http/access/load.rs
the-bodies-of-other-requests-take = the bodies of other requests take all the memory there is for them (JEBI_MAX_BODIES_BYTES)
too-many-requests-are-under-way = too many requests are under way (MAX_CONCURRENT_REQUESTS)
the-head-has-x-lines-and = the head has { $value } lines and { $bytes } bytes; { $max-lines } and { $max-head } are taken
leave-out-headers-that-are-not = leave out headers that are not needed, and put data into the body

# src/http/api/audit.rs
x-is-no-time-in-the = { $text } is no time in the form of RFC 3339
give-it-like-2026-11-21t00 = give it like 2026-11-21T00:00:00Z

# src/service/caller.rs
an-unknown-address = an unknown address
this-key-may-not-be-used = this key may not be used from { $from-text }
use-it-from-one-of-its = use it from one of its networks, or let an administrator change them (PATCH /v1/keys/{ $id })
this-needs-the-scope-x-the = this needs the scope { $needed }; the key has: { $has }
use-a-key-with-it-jebi = use a key with it (`jebi key create --scope { $needed }`)
a-key-with-senders-or-a = a key with senders or a daily limit of its own may not send mail again
post-it-as-a-new-message = post it as a new message, or use a key without them

# src/service/grant.rs
give-an-address-news-example-kr = give an address (news@example.kr) or a whole domain (@example.kr)
give-a-network-10-0-0 = give a network (10.0.0.0/8, 2001:db8::/32) or an address
give-one-or-more-of-send = give one or more of send, read, admin
the-key-would-allow-nothing = the key would allow nothing
x-is-no-scope = { $text } is no scope
give-a-time-to-come-such = give a time to come, such as 2027-01-31T00:00:00+09:00
x-is-past = { $text } is past
x-is-not-a-number-from = { $limit } is not a number from 1 to { $max-daily }
give-the-recipients-a-day-or = give the recipients a day, or null for no limit
x-are-given-at-most-x = { $value } are given; at most { $max-list } are taken
name-whole-domains-and-larger-networks = name whole domains and larger networks
x-is-no-x = { $text } is no { $noun-text }
network = network

# src/service/tokens.rs
its-subject-was-revoked-or-has = its subject was revoked or has expired
its-header-cannot-be-read = its header cannot be read
its-header-asks-for-extensions = its header asks for extensions (crit), and none is known here
it-is-not-signed-with-hs256 = it is not signed with HS256
its-claims-cannot-be-read = its claims cannot be read
its-signature-does-not-hold = its signature does not hold
it-has-no-subject-sub-of = it has no subject (sub) of 1 to 100 characters
it-does-not-say-when-it = it does not say when it expires (exp)
it-has-expired = it has expired
it-holds-for-more-than-ten = it holds for more than ten years
it-does-not-hold-yet-nbf = it does not hold yet (nbf)
this-token-does-not-hold-x = this token does not hold: { $why-text }
make-another-with-jebi-token-create = make another with `jebi token create`, or sign it with HS256, JWT_SECRET and the claims sub and exp
the-subject-must-be-1-to = the subject must be 1 to { $max-subject } characters without control characters
name-the-program-or-person-that = name the program or person that will use the token
a-token-must-end-within-ten = a token must end within ten years
give-a-shorter-time-such-as = give a shorter time, such as 30d; what is to last longer is an API key
the-token-could-not-be-signed = the token could not be signed: { $error }

# src/service/usage.rs
this-key-may-send-to-x = this key may send to { $limit } recipients a day and { $taken } are used; the request has { $recipients }
nothing-was-stored-send-it-again = nothing was stored: send it again when the day is over (Retry-After), or let an administrator raise daily_limit

# src/service/accept/permitted.rs
this-key-may-not-send-as = this key may not send as { $value }
use-a-sender-the-key-allows = use a sender the key allows: { $value }

# src/cli/bench/caller.rs
key-cannot-stand-in-a-header = --key: cannot stand in a header: { $e }

# src/cli/bench/measure.rs
url-that-server-names-no-provider = --url: that server names no provider, so it cannot be told that nothing would be sent
url-that-server-sends-through-x = --url: that server sends through { $value }, and a measurement must reach nobody; measure one with PROVIDER=local
a-real-provider = a real provider
no-delivery-in-the-answer = no delivery in the answer
a-mail-became-x = a mail became { $value }
x-mails-were-not-sent = { $lost } mails were not sent
it-could-not-be-measured-x = it could not be measured: { $why-text }
nothing-was-sent-for-x-s = nothing was sent for { $value } s; GET /v1/providers says why

# src/cli/bench/mod.rs
key-is-needed-with-url-give = --key: is needed with --url; give an API key of that server, or set JEBI_API_KEY
stopped-before-it-was-measured = stopped before it was measured
url-x-is-not-an-address = --url: { $url } is not an address to measure; write http://IP:PORT

# src/cli/bench/site.rs
the-folder-x-could-not-be = the folder { $value } could not be removed: { $error }; remove it by hand
the-working-directory-is-gone-x = the working directory is gone: { $e }
the-folder-x-cannot-be-made = the folder { $value } cannot be made: { $e }; run it where you may write
the-server-to-be-measured-did = the server to be measured did not start: { $e }

# src/cli/bench/table.rs
a-second = a second
a-mail-server-and-caller-together = a mail, server and caller together
bench-one = { $count } single mails, one after another; from the request to sent
bench-many = { $count } recipients of one mailing
bench-accepted = accepted
bench-sent = sent
bench-processor = processor
bench-memory = memory

# src/config/key.rs
profile-file = profile file

# src/config/profile.rs
names-the-profile-x-but-there = names the profile { $name }, but there is neither { $value } nor { $second }
make-one-of-them-or-remove = make one of them, or remove the name to go without a profile
write-1-to-x-lower-case = write 1 to { $longest } lower case letters, digits, - and _, such as staging
x-is-not-the-name-of = { $value } is not the name of a profile
x-cannot-be-read-x-more = { $file }: cannot be read: { $error }
correct-the-file-rights-or-encoding = correct the file's rights or encoding (UTF-8)

# src/config/recipients.rs
write-addresses-and-domains-with-commas = write addresses and @domains with commas between: kim@example.kr, @example.com
holds-x-which-is-not-an = holds { $value }, which is not an address or @domain ({ $fault-text })
names-nobody = names nobody

# src/service/accept/allow.rs
this-server-mails-only-the-recipients = this server mails only the recipients of its list, and this one is not on it
use-a-recipient-of-the-list = use a recipient of the list, or ask the operator to add it to RECIPIENT_ALLOWLIST

# src/cli/retry.rs
total-x-success-x-failed-x = total: { $total }, success: { $success }, failed: { $failed }
not-sent-again-x-x = not sent again, { $code }: { $count }

# src/http/docs.rs
a-file-of-swagger-ui-could = a file of Swagger UI could not be made: { $error }

# src/http/api/deliveries/again.rs
x-is-not-between-x-and = { $given } is not between { $least } and { $most }
give-a-number-in-that-range = give a number in that range
use-failed-expired-unknown-or-unsettled = use failed, expired, unknown or unsettled
what-is-x-goes-by-itself = what is { $word } is never sent again: it goes by itself
what-is-x-was-taken = what is { $word } is never sent again: the provider took it
what-is-x-is-suppressed = what is { $word } is never sent again: the address is on the suppression list
what-is-x-was-stopped = what is { $word } is never sent again: somebody stopped it
x-is-no-result-a-person = { $other } is no result a person can give
use-sent-or-failed = use sent or failed

# src/http/api/topics/
x-is-no-step-of-a-series = { $text } is no step of a series
use-hour-or-day = use hour or day
nobody-is-asked-for = nobody is asked for
name-states-or-feedback-or-leave = name states or feedback, or leave both out for failed and expired
x-was-refused-for-good = { $word }: it was refused for good, and would be again
x-whoever-reported-it-as-spam = { $word }: whoever reported it as spam is not mailed again
x-the-provider-goes-on-trying = { $word }: the provider goes on trying by itself
x-whoever-got-it-does-not = { $word }: whoever got it does not get it again
use-soft-bounced = use soft_bounced

# src/service/results/
x-is-not-after-since-x = { $until } is not after since, { $since }
give-a-later-time-or-an = give a later time, or an earlier since

# src/cli/topic.rs
it-is-paused = it is paused
what-waits-will-have-been-sent = what waits will have been sent at about { $finish }

# src/http/api/deliveries/csv.rs
ask-again-if-it-fails-again = ask again; if it fails again, report it
the-file-could-not-be-written = the file could not be written

# src/http/api/deliveries/filter.rs
use-transactional-or-bulk = use transactional or bulk
x-is-no-lane = { $text } is no lane
x-is-no-feedback = { $text } is no feedback
x-is-no-tag = { $text } is no tag
write-name-value-such-as-campaign = write name:value, such as campaign:spring

# src/service/reschedule.rs
the-message-was-cancelled = the message was cancelled
submit-the-mail-anew = submit the mail anew
the-message-expires-at-x-which = the message expires at { $at }, which is not after { $value }
give-an-earlier-time-or-submit = give an earlier time, or submit the mail anew with a later expires_at

# src/service/retry.rs
it-is-longer-than-x-characters-or = it is longer than { $max-note } characters, or holds control characters
write-a-short-plain-note-or = write a short plain note, or leave it out
it-is-x-only-what-is = it is { $value }: only what is unsettled or unknown can be settled by hand
leave-it-as-it-is-what = leave it as it is; what has a certain result keeps it
it-is-waiting-or-being-sent = it is waiting or being sent, so it goes by itself
wait-for-its-result = wait for its result
it-goes-once-more-by-itself = it goes once more by itself at { $at }, unless its outcome is known by then
wait-until-then = wait until then
the-provider-took-it = the provider took it
it-soft-bounced-and-arrived = it soft-bounced and arrived all the same: that was an automatic answer
its-recipient-reported-it-as-spam = its recipient reported it as spam
do-not-mail-this-recipient-again = do not mail this recipient again
nobody-knows-whether-it-arrived = nobody knows whether it arrived
ask-for-unknown-and-unsettled = ask for unknown and unsettled mail too, which may then arrive twice, or settle it by hand
submit-the-mail-anew-if-the = submit the mail anew if the recipient is to get it a second time
the-provider-refused-it-for-good = the provider refused it for good and would do so again
see-the-delivery-reason-correct-what = see the delivery's reason, correct what it names, and submit the mail anew
the-address-is-on-the-suppression = the address is on the suppression list
take-the-address-off-the-list = take the address off the list first, if its owner wants mail
the-recipient-has-unsubscribed-from = the recipient has unsubscribed from mail of this kind
send-to-them-again-only-when = send to them again only when they have asked for it
the-recipient-data-was-erased = the recipient's data was erased
mail-them-again-only-after-they = mail them again only after they have asked for it: a consent of theirs, or DELETE /v1/persons/{ $address }/erasure
what-the-mail-said-was-deleted = what the mail said was deleted
it-was-cancelled-and-what-was = it was cancelled, and what was cancelled is not sent
it-may-have-arrived-and-was = it may have arrived, and was cancelled or has expired since: such mail is never resent
submit-the-mail-anew-if-you = submit the mail anew if you know that it did not arrive
it-was-sent-again-before-as = it was sent again before, as delivery { $id }
look-at-that-delivery = look at that delivery
it-was-sent-again-x-times = it was sent again { $times } times
raise-max-retries-or-leave-it = raise max_retries, or leave it
no-provider-carries-its-sender = no provider of this server carries mail from its sender any more
let-the-operator-add-the-sender-or = let the operator add the sender to `senders` of a [providers.NAME], or submit the mail anew from another sender

# src/service/times.rs
x-is-more-than-x-days = { $due } is more than { $days } days ahead; it is { $now } now
give-an-earlier-time-jebi-max = give an earlier time; JEBI_MAX_SCHEDULE_DAYS on the server is the bound

# src/app/reload.rs
was-of-the-kind-x-and = was of the kind { $value } and is to be of the kind { $second }
give-the-new-account-a-name = give the new account a name of its own, and move what waits with POST /v1/providers/NAME/move
the-server-could-not-use-its-store = the server could not use its store; reload again
correct-the-files-or-the-paths = correct the files, or the paths to them

# src/cli/reload.rs
no-server-runs-here-the-next = no server runs here: the next start reads the configuration
x-changed = { $key }: changed
x-changed-holds-from-the-next = { $key }: changed, holds from the next start on
nothing-has-changed-values-of-the = nothing has changed; values of the process's environment and flags change only with a restart

# src/config/mod.rs
providers-x-comes-first = providers.{ $value } comes first

# src/config/postgres.rs
write-postgres-user-password-host = write postgres://user:password@host:5432/database
write-special-characters-of-a-password = write /, ?, #, @ and % of a password as %2F, %3F, %23, %40 and %25, or put it into DATABASE_PASSWORD
write-sslmode = write sslmode=verify-full, verify-ca, require or disable
holds-a-password-and-so-does = holds a password, and so does { $other }
holds-sslrootcert-and = holds sslrootcert, and { $other } names a file too
names-authorities-in-sslrootcert = names authorities in sslrootcert, but nobody asks them with sslmode={ $mode }
write-sslmode-verify-full-or = write sslmode=verify-full, or leave sslrootcert out
is-not-the-address-of-a-postgresql = is not the address of a PostgreSQL
has-an-at-or-a-hash = has an @ or a # where none can be, as when a password is not percent-encoded
names-no-user = names no user
names-no-database = names no database
names-several-hosts = names several hosts
name-the-one-address-that-follows = name the one address that follows the primary: a virtual address, a service name or a pooler
names-a-host-twice = names a host twice, before the path and in its options
names-no-host = names no host
names-a-host-that-is-neither = names a host that is neither a name nor an address
has-a-port-that-is-no-number = has a port that is no number from 1 to 65535
write-host-5432 = write host:5432; if it is a part of the password, put that into DATABASE_PASSWORD
asks-for-tls-over-a-unix-socket = asks for TLS over a Unix socket, which PostgreSQL does not speak
leave-sslmode-out = leave sslmode out; the socket stays on this machine
names-a-file-in-sslrootcert = names a file in sslrootcert that cannot be read or holds no certificate
holds-a-password-among = holds a password among its options
write-it-as-user-password = write it as user:password@, or into DATABASE_PASSWORD
holds-an-option-jebi-does-not = holds an option Jebi does not take
keep-host-port-user = keep host, port, user, sslmode and sslrootcert; time-outs are keys of their own
asks-for-sslmode-prefer = asks for sslmode=prefer, which goes on in the clear where TLS fails and nobody notices
asks-for-sslmode-allow = asks for sslmode=allow, which takes TLS only where the server insists
asks-for-an-sslmode-there-is-not = asks for an sslmode there is not
holds-a-percent-that-is-not = holds a % that is not followed by two hexadecimal digits of UTF-8 text

# src/config/preset.rs
gmail-takes-no-account-password-switch = Gmail takes no account password: switch 2-step verification on, make an app password at myaccount.google.com/apppasswords, and use that
use-an-app-password-of-a = use an app password of a Google Workspace user (2-step verification on), and let the administrator allow the SMTP relay service for it
switch-imap-smtp-on-in-naver = switch IMAP/SMTP on in Naver mail's settings (환경설정 > POP3/IMAP 설정), switch 2-step verification on, and use an application password (애플리케이션 비밀번호) with your Naver id
make-a-password-for-external-apps = make a password for external apps (외부 앱 비밀번호) in the NAVER WORKS mail settings, and use that
set-imap-smtp-to-in-kakao = set IMAP/SMTP to 사용함 in Kakao mail's settings, switch 2-step verification on, and use an app password (앱 비밀번호)
set-imap-smtp-to-in-daum = set IMAP/SMTP to 사용함 in Daum mail's settings, switch 2-step verification on, and use an app password (앱 비밀번호)
outlook-com-takes-no-passwords-any = Outlook.com takes no passwords any more, only OAuth 2.0, which Jebi does not have: send through another service
let-the-administrator-allow-authenticated-smtp = let the administrator allow authenticated SMTP (SMTP AUTH) for this mailbox; Microsoft ends password logins in 2027
ses-has-smtp-credentials-of-its = SES has SMTP credentials of its own (SES console, SMTP settings): an AWS access key does not log in
x-is-not-a-service-jebi = { $value } is not a service Jebi knows

# src/config/providers.rs
it-carries-every-sender = it carries every sender
write-addresses-such-as-shop-example = write addresses such as shop@example.com and domains such as @example.com
x-is-neither-an-address-nor = { $value } is neither an address nor a domain ({ $fault-text })
is-not-a-key-of-a = is not a key of a provider of the kind { $kind }
it-takes-x = it takes { $value }
move-it-into-a-providers-name = move it into a [providers.NAME] of the kind { $section }, or drop those
is-set-beside-providers-name-which = is set beside [providers.NAME], which take its place
leave-it-out-senders-choose-among = leave it out: senders choose among [providers.NAME]
has-the-same-names-in-the = has the same names in the environment as another provider
give-it-a-name-that-differs = give it a name that differs in more than _ and -

# src/config/smtp.rs
set-smtp-host-to-the-server = set SMTP_HOST to the server's name, such as smtp.gmail.com, or choose a preset
is-not-set-and-mail-is = is not set, and mail is to go through an SMTP server
is-not-set-and-the-host = is not set, and the host of { $value } depends on it
write-an-aws-region-such-as = write an AWS region such as ap-northeast-2, or give the host
is-none-so-mail-and-password = is none, so mail and password would cross the network to { $value } for everybody to read
write-starttls-or-implicit-where-the = write starttls or implicit; where the network is trusted set smtp.allow_unencrypted (JEBI_SMTP_ALLOW_UNENCRYPTED) to true
is-starttls-but-port-465-speaks = is starttls, but port 465 speaks TLS from the first byte
write-implicit-or-use-port-587 = write implicit, or use port 587
set-both-or-neither-for-a = set both, or neither for a server that needs no login
holds-a-control-character-which-no = holds a control character, which no { $what-text } has
user-name = user name
password = password
copy-it-again-without-line-ends = copy it again, without line ends
write-the-name-alone-such-as = write the name alone, such as smtp.gmail.com; the port has a key of its own
x-is-not-the-name-of-a = { $value } is not the name of a server
x-is-not-a-host-name = { $value } is not a host name
write-this-machine-full-name-such = write this machine's full name, such as mail.example.com

# src/config/dkim.rs
dkim-write-a-selector-and-a-file = write a selector and a file for each key, such as s1=/etc/jebi/dkim-s1.pem, with commas between keys
dkim-name-a-pem-file = name a PEM file with a private key; jebi dkim new makes one
dkim-leave-it-out-with-domain = leave it out, with dkim_domain
dkim-everybody-may-read = { $path }: everybody on this machine may read this private key; chmod 600 it, or 640 for a group of its own
dkim-set-both-or-neither = set both, or neither for a server that signs mail itself
dkim-write-the-part-after-the-at = write the part of the senders' addresses after the @, such as example.com, in ASCII
dkim-x-is-not-a-domain = { $value } is not a domain
dkim-names-the-selector-twice = names the selector { $value } twice
dkim-names-no-key = names no key
dkim-has-no-equals-sign = { $value } has no = between a selector and a file
dkim-write-the-name-before-domainkey = write the name the key has in the DNS before ._domainkey: letters, digits, - and dots
dkim-x-is-not-a-selector = { $value } is not a selector
dkim-write-it-anew-without-a-passphrase = write it anew without a passphrase: openssl pkey -in FILE -out FILE
dkim-holds-an-encrypted-key = { $value } holds a private key that is encrypted
dkim-holds-no-private-key = { $value } holds no private key
dkim-ses-signs-itself = is set, but SES signs mail itself and changes headers that are signed

# src/cli/dkim.rs
dkim-file-is-there-already = { $file } is there already; name another file with --out, or move that one away
dkim-file-could-not-be-written = { $file } could not be written: { $e }
dkim-the-private-key-is-in = The private key is in { $value }. Keep it secret.
dkim-publish-this-record = Publish this TXT record:
dkim-as-a-zone-line = The same as a line of a zone file:
dkim-once-it-is-published = Once it is published, let the account sign; several keys stand in JEBI_SMTP_DKIM_KEYS with commas between:
dkim-no-key-could-be-made = no key could be made: this system gave no randomness

# src/http/api/admin.rs
nothing-to-do-the-next-start = nothing to do: the next start reads the configuration
no-server-runs-on-this-store = no server runs on this store, or it was started without sources to read

# src/service/identities.rs
x-may-not-send-through-x = { $from } may not send through { $provider }: neither the address nor its domain is verified there
verify-the-address-or-its-domain = verify the address or its domain in the SES console (Identities) in the account's region, or send from a verified one
x-cannot-be-mailed-x-is = { $to } cannot be mailed: { $provider } is in the SES sandbox, and neither the address nor its domain is verified
verify-the-recipient-in-the-ses = verify the recipient in the SES console (Identities), use success@simulator.amazonses.com, or request production access

# src/service/stray.rs
x-is-not-a-provider-of = { $to } is not a provider of this server
name-one-of-x = name one of { $value }
it-is-the-provider-the-mail = it is the provider the mail waits for already
name-another-one = name another one
x-recipients-wait-for-the-provider = { $waiting } recipients wait for the provider { $provider }, which is not configured: configure it again, or move them with POST /v1/providers/{ $path }/move {"{"}"to": "…"{"}"}

# src/service/accept/size.rs
the-mail-has-x-bytes-with = the mail has { $size } bytes with everything encoded, and { $provider } takes { $limit } at most
link-to-large-files-in-place = link to large files in place of attaching them; encoded, a file takes a third more

# src/service/accept/route.rs
no-provider-of-this-server-carries = no provider of this server carries mail from { $from }
send-from-one-of-x-or = send from one of { $value }, or let the operator add the sender to `senders` of a [providers.NAME], or a provider without them

# Words that stand in other texts
word-begins = begins
word-ends = ends
word-name = name
word-value = value
word-message = message
word-delivery = delivery
word-topic = topic
word-key = key
word-mail = mail
word-attachment = attachment
word-client = client
word-html-part = HTML part
word-provider = provider
field-fault-remedy = { $field }: { $fault-text }; { $remedy-text }
and-more = and { $more } more

# Libraries' own texts
lib-invalid-type-at = invalid type: { $found }, expected { $expected-text } at line { $line } column { $column }
lib-invalid-type = invalid type: { $found }, expected { $expected-text }
lib-invalid-value-at = invalid value: { $found }, expected { $expected-text } at line { $line } column { $column }
lib-invalid-value = invalid value: { $found }, expected { $expected-text }
lib-expected-one-of = expected one of { $known }
lib-expected-one = expected { $known }
lib-a-string = a string
lib-a-boolean = a boolean
lib-a-sequence = a sequence
lib-a-map = a map
lib-error = error: { $why-text }
lib-usage = Usage: { $usage }
lib-unexpected-argument = unexpected argument '{ $argument }' found
lib-unrecognized-subcommand = unrecognized subcommand '{ $command }'
lib-required-arguments = the following required arguments were not provided:{ $list }
lib-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
lib-used-once = the argument '{ $argument }' cannot be used multiple times
lib-invalid-argument-value = invalid value '{ $value }' for '{ $argument }': { $why-text }
lib-value-required = a value is required for '{ $argument }' but none was supplied
lib-unexpected-value = unexpected value '{ $value }' for '{ $argument }' found; no more were expected
lib-similar-argument = {"  "}tip: a similar argument exists: '{ $argument }'
lib-similar-command = {"  "}tip: a similar subcommand exists: '{ $command }'
lib-similar-commands = {"  "}tip: some similar subcommands exist: { $commands }
lib-as-value = {"  "}tip: to pass '{ $value }' as a value, use '{ $argument }'
lib-more-information = For more information, try '{ $argument }'.
lib-invalid-digit = invalid digit found in string

# Names of HTTP statuses
title-400 = Bad Request
title-401 = Unauthorized
title-403 = Forbidden
title-404 = Not Found
title-405 = Method Not Allowed
title-408 = Request Timeout
title-409 = Conflict
title-413 = Payload Too Large
title-415 = Unsupported Media Type
title-422 = Unprocessable Entity
title-429 = Too Many Requests
title-500 = Internal Server Error
title-503 = Service Unavailable

# The command line's help
help-jebi = A self-hosted email sending server
help-serve = Run the server (the default)
help-send = Send a mail
help-send-long = Send a mail

    Prints a line for each copy: the delivery's id and its recipient. Without a running server the mail is stored and goes out when it runs.
help-key = Make, list and revoke API keys
help-verify = Check the store against the delivery contract
help-verify-long = Check the store against the delivery contract

    Prints what is not as it must be, one a line, and ends with 1 when there is anything. The server may run meanwhile.
help-release = Let a store send that was copied or restored
help-release-long = Let a store send that was copied or restored

    What was due before the copy is then unsettled and is not sent by itself: the original may have sent it.
help-migrate = Bring the store's schema up to date
help-migrate-long = Bring the store's schema up to date

    A start does it by itself, unless AUTO_MIGRATE is false. Prints what it did; a store that is up to date is left alone.
help-migrate-check = Only tell what is pending, and end with 1 when anything is
help-transfer = Move a store from SQLite to PostgreSQL
help-transfer-long = Move a store from SQLite to PostgreSQL

    Everything is copied with its numbers in one transaction, and counted in both. Then the source takes and sends no mail any more. When it is cut short, run it again.
help-transfer-from = The store to move, sqlite://path; its server must be stopped
help-transfer-to = An empty PostgreSQL database with the schema of this Jebi; the password may stand in DATABASE_PASSWORD
help-ready = Ask the server of this machine whether it takes and sends mail
help-ready-long = Ask the server of this machine whether it takes and sends mail

    Ends with 0 when it does, with 1 when it does not (the reasons are printed), with 69 when no server answers. For health checks.
help-config = Show the configuration in effect, secrets hidden
help-openapi = Print the API's description (OpenAPI 3.1)
help-profile = Make, list and remove sender profiles
help-profile-list = List all sender profiles
help-profile-show = Print a profile as JSON
help-profile-name = The profile's name
help-profile-set = Make a profile, or change what is given of one
help-profile-remove = Remove a profile no live key is tied to
help-profile-set-name = The profile's name: lower-case letters, digits, - and _
help-profile-from = Sender: an address, or "Name <address>"; a new profile needs it
help-profile-reply-to = Where answers go; several may be given
help-profile-company = The company's name
help-profile-postal-address = The company's postal address
help-profile-phone = The company's phone number
help-profile-email = The company's e-mail address
help-profile-representative = Who represents the company
help-profile-business-number = The company's business registration number
help-profile-language = Language Jebi speaks to recipients in: ko or en
help-profile-unsubscribe = How recipients refuse bulk mail: own (this server's link), off, or an https address
help-profile-list-id = List-Id of bulk mail, such as news.example.kr
help-profile-notices = Whether people are told of consents recorded for it: true or false
help-link-key = List and make keys that links in mail are signed with
help-link-key-list = List the keys of links in mail
help-link-key-rotate = Make a new key: mail accepted from a minute on is signed with it, and links sent before go on working
help-person = Show and erase what is known of a person
help-person-export = Print everything known of an address as JSON
help-person-address = The person's address
help-person-erase = Erase everything known of an address, for good
help-person-erase-long = Erase everything known of an address, for good

    Counts stay, and a hash of the address that keeps bulk mail from it. Consents stay as proof, without the address. What is being sent just now is left: run it again then.
help-person-erase-yes = That it is meant: what is erased cannot be brought back
help-person-readmit = Mail an erased person again, because they asked for it
help-person-readmit-long = Mail an erased person again, because they asked for it

    A hash of the address kept mail from it until now. What was erased does not come back.
help-person-readmit-reason = How they asked for it; kept in the audit log
help-key-create-profile = The sender profile all its mail goes out as
help-key-create = Make a key and print it; it is never shown again
help-key-create-name = What it is for
help-nodes = List the nodes that share the store
help-key-list = List all keys, revoked ones too
help-key-revoke = End a key: it is refused from now on
help-key-revoke-id = Its number, from `jebi key list`
help-release-yes = Do not ask
help-send-to = Recipient: an address, or "Name <address>"; repeat it for a copy each
help-send-subject = Subject; a template's own when left out
help-send-text = Plain text body
help-send-html = HTML body
help-send-html-file = File with the HTML body, in UTF-8
help-send-from = Sender; the configured one when left out
help-send-topic = Topic: groups mails for counts, pausing and cancelling
help-send-schedule = When to send: "2026-01-31 09:00:00" in the server's time zone, or RFC 3339
help-send-wait = Wait for the result, SYNC_WAIT_SECONDS at most, and print it too
help-send-template = Stored template it is made of
help-send-syntax = How fields are written in subject and bodies
help-send-var = Value for all recipients; repeat it for more
help-send-csv = File of recipients, a copy for each line: CSV (UTF-8 or CP949) or XLSX. Its first line names the columns; email is needed, name and language are known, and every other column is a variable
help-send-column = What a column is: email, name, language, a variable's name, or nothing for none of it; repeat it for more
help-send-sheet = Sheet of a workbook; the first when left out
help-send-dry-run = Only try it out: nothing is sent
help-send-skip-bad = Send to the good lines although there are bad ones
help-send-again = A word of your own: with another one the same file is sent again within 24 hours
help-config-reference = Print every key with its meaning and default instead; it can be used as jebi.toml
help-flag-config = Configuration file (JEBI_CONFIG; jebi.toml in the working directory where there is one)
help-flag-host = Address to listen on (SERVER_HOST)
help-flag-port = Port to listen on (SERVER_PORT; 0 for any free one)
help-flag-database-url = Database (DATABASE_URL), for example sqlite://data/jebi.db
help-flag-set = Any key of the configuration; may be repeated
help-example = Example:
    { $example }
help-a-network-it-may-be-used = A network it may be used from, such as 10.0.0.0/8; several may be given
help-make-a-key-and-print-it = Make a key and print it; it is never shown again

    What is not given restricts nothing.
help-make-a-token-and-print-it = Make a token and print it
help-make-a-token-and-print-it-long = Make a token and print it

    It is taken like an API key until it ends. Without a scope it may send and read.
help-recipients-a-calendar-day = Recipients a calendar day
help-when-it-ends-after-30m-12h = When it ends: after 30m, 12h, 30d, or at a time such as 2027-01-31T00:00:00+09:00
help-when-it-ends-after-30m-12h-long = When it ends: after 30m, 12h, 90d, or at a time such as 2027-01-31T00:00:00+09:00
help-who-will-use-it-its-name = Who will use it; its name in `jebi key list` and in the audit log
help-send-read-or-admin-several-may = send, read or admin; several may be given
help-a-sender-it-may-use-an = A sender it may use: an address, or a whole domain as @example.kr; several may be given
help-make-signed-tokens-jwt = Make signed tokens (JWT)
help-an-api-key-of-that-server = An API key of that server, that may send and read; JEBI_API_KEY where it is left out
help-mail-accepted-in-the-last-so = Mail accepted in the last so many hours, 1 to 8784
help-measure-a-running-server-instead-only = Measure a running server instead; only one that sends through nothing but the local inbox
help-measure-how-fast-this-machine-takes = Measure how fast this machine takes and sends mail
help-measure-how-fast-this-machine-takes-long = Measure how fast this machine takes and sends mail

    On a server of its own with a folder of its own, both gone afterwards; nothing leaves the machine. Without --one and --many it measures both.
help-measure-one-large-mailing = Measure one large mailing
help-measure-single-mails-one-after-another = Measure single mails one after another, from the request to their being sent
help-not-what-was-sent-again-so = Not what was sent again so often before, 0 to 100
help-only-of-this-topic = Only of this topic
help-print-the-figures-as-json = Print the figures as JSON
help-send-again-what-failed-for-now = Send again what failed for now or expired
help-send-again-what-failed-for-now-long = Send again what failed for now or expired

    Of the mail accepted in the last hours. What the provider refused for good, what was cancelled, and addresses on the suppression list are not sent again; what was sent again before is passed over.
help-topic = Show what became of a topic's mail, and send it again to those who did not get it
help-topic-show = Show how a topic's recipients stand, with rates
help-topic-name = The topic's name
help-topic-json = Print everything, hours too, as JSON
help-topic-resend = Send a topic again to those who did not get it
help-topic-resend-long = Send a topic again to those who did not get it

    What the provider refused for good, what bounced hard or was reported as spam, what was cancelled, and addresses on the suppression list are not sent again; nobody gets it twice by this, however often it is run.
help-topic-state = To those in this state: failed, expired, unknown or unsettled; several may be given
help-topic-feedback = To those of whom this was reported: soft_bounced
help-let-a-running-server-read-its = Let a running server read its configuration anew
help-let-a-running-server-read-its-long = Let a running server read its configuration anew

    Prints the keys that changed. With one fault anywhere nothing changes. SIGHUP does the same.
help-what-mail-goes-through-provider-ses = What mail goes through (PROVIDER): ses, smtp or local
help-make-keys-that-mail-is-signed = Make keys that mail is signed with (DKIM)
help-make-a-key-and-print-its-dns = Make a key, and print its DNS record and its configuration
help-make-a-key-and-print-its-dns-long = Make a key, and print its DNS record and its configuration

    For SMTP servers that do not sign mail themselves. SES signs: it needs no key. The private key goes into a file of its own, which only you may read.
help-the-part-of-the-senders-addresses = The part of the senders' addresses after the @
help-the-keys-name-in-the-dns = The key's name in the DNS, free to choose: a new one for each key
help-rsa-with-2048-bits = RSA with 2048 bits, which every receiver checks (the default)
help-ed25519-quick-and-short = Ed25519: quick and short, for use beside RSA, since not every receiver checks it
help-where-the-private-key-goes = Where the private key goes; without it dkim-SELECTOR.pem in this folder. Never overwritten
help-help-short = Print help
help-help-more = Print help (see more with '--help')
help-help-summary = Print help (see a summary with '-h')
help-version = Print version
help-of-commands = Print this message or the help of the given subcommand(s)

# domain/src/advertising/mark.rs
the-mark-x-stands-elsewhere = the mark { $mark } stands elsewhere than at the very beginning of the subject
take-it-out-it-is-put = take it out: it is put at the beginning by itself
the-subject-begins-with-a-mark = the subject begins with a mark that is written otherwise than { $mark }, which the law takes for avoiding filters
write-exactly-x-at-the-beginning = write exactly { $mark } at the beginning, without blanks or other characters, or leave it out: it is put there by itself
the-mark-x-stands-more-than = the mark { $mark } stands more than once in the subject
write-it-once-or-not-at = write it once, or not at all

# src/cli/link_key.rs
key-x-signs-links-from-x = key { $id } signs links from { $since } on

# src/cli/profile.rs
the-profile-x-is-removed = the profile { $name } is removed
the-profile-x-is-kept = the profile { $name } is kept

# src/cli/person.rs
what-is-erased-cannot-be-brought = what is erased cannot be brought back: say --yes; `jebi person export` keeps a copy
mail-goes-to-x-again = mail goes to { $address } again
erased-from-x-mails-x-consents = erased from { $deliveries } mails, { $consents } consents stay without the address
x-mails-are-being-sent-or = { $open } mails are being sent or their outcome is open: run it again later

# src/app/mod.rs
people-were-erased-here-and-without = people were erased here, and without JEBI_SECRET their mail cannot be kept from them; set the JEBI_SECRET of that time
the-secret-of-links-in-mail = the secret of links in mail cannot be kept in { $file }: { $source }; correct the folder's rights, or set JEBI_SECRET

# src/http/api/consents/mod.rs
the-request-has-x-consents-at = the request has { $given } consents; at most { $most } are taken at once
split-it-or-send-a-file = split it, or send a file to /v1/consents/csv

# src/http/api/consents/file.rs
the-file-has-more-than-x-lines = the file has more than { $max } lines with consents
name-the-columns-and-give-a-consent = name the columns in the first line, and give a consent in each below
split-it-into-several-files-alone = split it into several files
there-is-no-column-x-alone = there is no column { $name }
name-the-columns-x = name the columns: { $names }
x-is-no-kind = { $kind } is no kind
use-given-withdrawn-or-refused = use given, withdrawn or refused
two-columns-are-x-alone = two columns are { $name }
leave-one-of-them-out = leave one of them out

# src/http/api/link_keys.rs
this-node-has-no-secret-to = this node has no secret to make keys of
let-the-operator-set-jebi-secret = let the operator set JEBI_SECRET, the same for all nodes

# src/http/api/messages/list.rs
true-false-or-the-address-of = true, false, or the address of a page

# src/service/accept/allow.rs
this-recipient-has-refused-advertising = this recipient has refused advertising of this sender, or taken the consent to it back
leave-the-recipient-out-a-consent = leave the recipient out; a consent given after that is recorded with POST /v1/consents
the-ledger-has-no-consent-of = the ledger has no consent of this recipient to advertising of this sender
record-the-consent-post-v1-consents = record the consent (POST /v1/consents), or leave the recipient out

# src/service/accept/list.rs
the-key-is-tied-to-the = the key is tied to the profile { $name }, which is not there
make-the-profile-put-v1-profiles = make the profile (PUT /v1/profiles/{ $name }), or tie the key to another
there-is-no-profile-x = there is no profile { $name }
use-a-name-get-v1-profiles = use a name GET /v1/profiles lists
the-header-x-is-given-and = the header { $name } is given, and so is the field `list` for it
no-unsubscribe-link-is-written-secret = no unsubscribe link is written: this server has no secret to sign it with
no-unsubscribe-link-is-written-address = no unsubscribe link is written: this server has no address the world can reach by https
let-the-operator-set-server-url = let the operator set SERVER_URL to an https address (and JEBI_SECRET with PostgreSQL), or give list.unsubscribe
advertising-goes-to-each-recipient-alone = advertising goes to each recipient alone, so that each can refuse
give-list-unsubscribe-or-list-mailto = give list.unsubscribe or list.mailto, or let the operator set SERVER_URL to an https address
advertising-needs-a-way-to-refuse = advertising needs a way to refuse it, and there is none
advertising-names-its-sender-and-the = advertising names its sender, and the message has no profile
name-a-profile-with-the-company = name a profile with the company's name, postal address, phone and email
the-profile-x-lacks-what-advertising = the profile { $name } lacks what advertising has to tell of its sender: { $lacks }
complete-the-company-of-the-profile = complete the company of the profile (PUT /v1/profiles/{ $name })
one-mail-to-several-people-has = one mail to several people has no unsubscribe link of each one's own
give-emails-or-recipients-for-a-copy = give emails or recipients, for a copy each

# src/service/accept/permitted.rs
this-key-is-tied-to-the = this key is tied to the profile { $name }
leave-profile-out-or-use-another = leave profile out, or use another key

# src/service/refusals/record.rs
give-the-topic-id-of-the-mail = give the topic_id of the mail, or the part of it before the first /
it-does-not-say-in-1-to = it does not say in 1 to { $max-reason } characters why the address may be mailed again
say-how-they-asked-for-it = say how they asked for it, such as: asked by telephone to be back
unsubscribe = unsubscribe

# src/service/privacy
this-node-has-no-secret-to-know = this node has no secret to know an erased person by
something-of-the-message-waits-or = something of the message waits or is being sent
wait-for-its-results-or-cancel-it = wait for its results, or cancel it first (POST /v1/messages/{ $id }/cancel)
erasure = erasure
person = person

# src/service/consents/check.rs
give-at-least-one = give at least one
the-request-has-no-consents = the request has no consents
it-does-not-say-how-it = it does not say how it was given or taken back
say-it-in-a-few-words = say it in a few words, such as: form at shop.example.kr/join
x-is-still-to-come-it = { $at } is still to come; it is { $now } now
give-the-time-it-happened-or = give the time it happened, or leave the field out for now
it-holds-a-control-character = it holds a control character

# src/service/links.rs
it-is-not-the-secret-that = it is not the secret that key { $no } of the links in mail was made with
use-the-secret-of-the-other = use the secret of the other nodes, or of the time before; where it is lost, make a new key with `jebi link-key rotate`: links in mail sent before then stop working
there-are-as-many-keys-as = there are as many keys as can be numbered
keep-the-newest-one = keep the newest one

# src/service/list_rules.rs
give-https-a-host-and-a = give https://, a host and a path; { $email } and { $delivery } stand for each copy's own
it-is-longer-than-400-characters = it is longer than 400 characters
it-holds-characters-that-stand-in = it holds characters that stand in no web address
the-host-of-it-depends-on = the host of it depends on the recipient
it-is-no-web-address-with = it is no web address with https
it-holds-other-characters-than-ascii = it holds other characters than ASCII, which a mailto link cannot
give-another-address = give another address
it-is-no-list-id-of = it is no list id of 255 characters at most
write-a-label-and-a-domain = write a label and a domain of yours, such as news.example.kr
it-is-no-language-tag-bcp = it is no language tag (BCP 47)
write-one-such-as-ko-en = write one such as ko, en or en-US

# src/service/profiles/check.rs
x-is-no-name-of-a = { $name } is no name of a profile
use-1-to-64-lower-case = use 1 to 64 lower-case letters, digits, - and _
write-digits-spaces-and-only-such = write digits, spaces and +-(). only, such as +82 2-120
write-digits-and-only-such-as = write digits and - only, such as 123-45-67890
it-is-no-number-of-40 = it is no number of 40 characters at most

# src/service/profiles/mod.rs
keys-are-tied-to-this-profile = keys are tied to this profile: { $keys }
revoke-them-or-tie-them-to = revoke them, or tie them to another profile (PATCH /v1/keys/{ $id })
# src/cli/send/csv.rs
column-it-has-no-write = --column: it has no =; write --column COLUMN=WHAT
recipients-x-doubled-x-bad = recipients: { $good }, doubled: { $doubled }, bad lines: { $bad }
csv-nothing-was-sent-correct = --csv: nothing was sent; correct the lines, or leave them out with --skip-bad
csv-the-file-has-no = --csv: the file has no recipients; give one in each line below the first
csv-x-cannot-be-read = --csv: { $path } cannot be read: { $e }
csv-x-x-x = --csv: { $field }: { $fault-text }; { $remedy-text }
taken-x-taken-before-x = taken: { $taken }, taken before: { $before }, refused: { $errors }
run-it-again-once-that = run it again once that is seen to: what was taken is not sent a second time
line-x-x-x = line { $line }: { $fault-text }; { $remedy-text }
the-file-could-not-be = the file could not be read to its end: { $e }
what-was-taken-before-within = what was taken before within 24 hours was not sent again; with another word in --again it is

# src/cli/send/mod.rs
var-it-has-no-write = --var: it has no =; write --var NAME=VALUE


# src/http/api/messages/csv.rs
x-recipients-of-the-file-are = { $stored } recipients of the file are stored already, and get their mail
repeat-the-request-with-the = repeat the request with the same Idempotency-Key: it goes on behind them

# src/http/api/messages/csv_answer.rs
what-was-taken-of-this = what was taken of this file before cannot be read

# src/http/upload/spool.rs
the-server-cannot-keep-the = the server cannot keep the upload on its disk

# src/http/api/messages/csv_lines.rs
nobody-waits-for-it-any = nobody waits for it any more
send-it-again-alone = send it again

# src/http/api/messages/csv_form.rs
the-body-is-not-declared-as = the body is not declared as a form
send-multipart-form-data-rfc-7578 = send multipart/form-data (RFC 7578)
use-file-message-columns-sheet = use file, message, columns, sheet and strict
the-message-has-recipients-and = the message has recipients, and so has the file
leave-them-out-the-file = leave them out: the file has them
the-file-has-no-recipients = the file has no recipients
give-one-in-each-line = give one in each line below the first
it-is-not-utf-8-text = it is not UTF-8
give-a-text-in-utf = give a text in UTF-8
use-true-or-false = use true or false

# src/http/api/messages/fill.rs
an-object-of-values-by = an object of values by name
duplicate-field-x = duplicate field `{ $name }`
an-address-or-an-object-with-more = an address, or an object with email, name, language and variables
the-name-of-a-template = the name of a template, or an object with name and version

# src/service/accept/series.rs
the-request-is-taken-in = the request is taken in parts, and without a key it could not be repeated without sending twice
send-a-header-idempotency-key = send a header Idempotency-Key with a fresh value, and the same one when repeating it

# src/service/accept/fill.rs
template-and-x-are-both = template and { $name } are both given, and the template has it
the-template-is-not-in = the template is not in { $wanted }; it is in { $tags }
use-one-of-them-or = use one of them, or leave it out for the first
it-says-which-language-this = it says which language this is of several, and the message has only one
give-variants-in-other-languages = give variants in other languages too, or leave it out
they-are-x-bytes-of = they are { $bytes } bytes of JSON; at most { $max } are taken for a message
leave-out-what-the-mail = leave out what the mail does not show, or put it into the text itself
it-has-x-variants-at = it has { $value } variants; at most { $max } are taken
send-the-others-as-a = send the others as a message of their own
up-to-this-message-templates-give = up to this message, templates give the request { $given } bytes; at most { $max-given } are taken
write-one-message-with-all-its = write one message with all its recipients in place of one for each, or send several requests
the-message-is-given-in = the message is given in { $language } twice
give-it-once-in-each = give it once in each language
it-has-neither-html-nor = it has neither html nor text
give-html-text-or-both = give html, text, or both

# src/service/accept/preflight.rs
warn-whether-x-may-send-through = whether { $from } may send through { $provider } is not known: its account did not answer
warn-see-that-the-address-or-its = see that the address or its domain is verified there, and that the account's keys may read identities

# src/service/accept/personal.rs
warn-variables-the-mail-prints-and = variables the mail prints and not everybody has: { $value }; nothing stands in their place
warn-give-them-or-a-default = give them, or a default where each is printed
these-are-not-of-the = these are not of the type the template describes: { $wrong }
give-values-of-those-types = give values of those types
it-needs-a-value-for = it needs a value for { $missing }, which nobody gives
give-a-value-in-the = give a value in the recipient's variables or the message's, or let the template have a default
the-mail-prints-unsubscribe-url-and-has = the mail prints unsubscribe_url and has no unsubscribe link
send-it-in-the-lane-bulk-or-give = send it in the lane bulk or give list.unsubscribe, give the variable, or print it within an if
what-is-this-recipient-own = what is this recipient's own is { $bytes } bytes of JSON; at most { $max } are taken
leave-out-what-the-mail-more = leave out what the mail does not show, or put what all recipients share into the message's variables

# src/table/csv.rs
it-holds-characters-of-another = it holds characters of another encoding
it-has-x-cells-and = it has { $value } cells, and the first line has { $expected }
close-it-within-a-text = close it; within a text in quotation marks each one is written twice (RFC 4180)
a-quotation-mark-that-begins = a quotation mark that begins in line { $line } is not closed

# src/table/encoding.rs
line-x-holds-a-nul = line { $line } holds a NUL character: this is no text
give-a-csv-text-or = give a CSV text or an Excel workbook (.xlsx)
line-x-is-neither-utf = line { $line } is neither UTF-8 nor CP949 (EUC-KR)
line-x-is-not-utf = line { $line } is not UTF-16, which the file begins like
save-the-file-as-csv = save the file as CSV UTF-8 (comma delimited)

# src/table/header.rs
correct-this-line = correct this line
there-is-no-column-x = there is no column { $stray }; the first line has { $listed }
write-its-name-as-it = write its name as it stands in the first line
no-column-holds-addresses-the = no column holds addresses; the first line has { $listed }
name-the-columns-in-the = name the columns in the first line, one of them email or 이메일; or say in columns which one it is
two-columns-are-x-the = two columns are { $role }, the second of them { $name }
give-one-of-them-another = give one of them another name, or leave it out by columns
cell-x-holds-x-and = cell { $value } holds { $text }, and its column has no name
name-the-column-in-the = name the column in the first line, or empty the cell

# src/table/mod.rs
this-is-an-old-excel = this is an old Excel workbook (.xls), or one with a password
save-it-as-xlsx-without = save it as .xlsx without a password, or as CSV UTF-8
the-file-cannot-be-read = the file cannot be read: { $error }
check-it-and-try-again = check it, and try again
the-file-has-no-lines = the file has no lines
name-the-columns-and-give = name the columns in the first line, and give a recipient in each below
the-file-has-more-than = the file has more than { $max } recipients
split-it-into-several-files = split it into several files, or send it with jebi send --csv
the-texts-of-its-lines = the texts of its lines are more than { $max } bytes together, at line { $line }
split-it-into-several-files-more = split it into several files, or leave out columns the mail does not show

# src/table/unpacked.rs
open-it-in-a-spreadsheet = open it in a spreadsheet program and save it again as .xlsx, or as CSV UTF-8
this-is-no-workbook-as = this is no workbook as spreadsheet programs write them
the-workbook-unpacks-to-more = the workbook unpacks to more than { $max } bytes
the-workbook-has-x-bytes = the workbook has { $length } bytes; at most { $most } are read
the-texts-of-the-workbook = the texts of the workbook have { $used } bytes; at most { $most } are read
a-line-is-too-long = a line is too long
it-is-not-utf-16 = it is not UTF-16
save-it-as-csv-utf-which = save it as CSV UTF-8, which is read line by line, or take pictures and other sheets out of it

# src/table/xlsx.rs
its-parts-contradict-each-other = its parts contradict each other
it-has-no-sheet = it has no sheet
there-is-no-sheet-x = there is no sheet { $wanted }; the workbook has { $sheets }
give-the-name-of-one = give the name of one of them, or leave it out for the first
line-x-has-a-cell = line { $line } has a cell in column { $column }; at most { $max } are read
leave-out-columns-the-mail = leave out columns the mail does not show
it-holds-the-error-x = it holds the error { $error }
the-workbook-is-protected-by = the workbook is protected by a password
save-it-without-a-password = save it without a password, or as CSV UTF-8
the-workbook-cannot-be-read = the workbook cannot be read: { $why-text }
# domain/src/attachment
x-is-no-method-of-a-calendar = { $method } is no method of a calendar
the-calendar-object-is-larger = the calendar object is larger than { $max-calendar } bytes
send-fewer-events-in-one-mail = send fewer events in one mail
it-is-no-calendar-object = it is no calendar object: it must begin with BEGIN:VCALENDAR and end with END:VCALENDAR
give-the-text-of-an-ics-file = give the text of an .ics file (RFC 5545)
the-method-is-x-but-says = the method is { $method }, but the calendar object says METHOD:{ $own }
the-method-is-x-but-no-line = the method is { $method }, but the calendar object has no line METHOD:{ $line }
give-both-the-same-method = give both the same method: calendars ignore a mail where they differ
give-a-type-such-as = give a type such as application/pdf, or leave it out
x-is-no-content-type = { $given } is no content type
x-holds-parts-of-its-own = { $essence } holds parts of its own, and cannot be the type of a file
x-is-no-parameter-of-a-type = { $parameter } is no parameter of a content type
x-is-no-content-id = { $given } is no content id
give-ascii-for-a-content-id = give ASCII letters, digits and . - _ @, and write cid: with the same in the HTML
the-file-x-is-empty = the file { $name } is empty
attach-the-file-as-it-is-meant = attach the file as it is meant, or leave it out
the-content-of-the-file-is = the content of the file { $name } is { $seen }, which is not what its name says
give-the-file-the-ending = give the file the ending of its content, or attach the right file
the-file-name-has-no-ending = the file name { $name } has no ending, so its type is not known
the-file-type-is-not-allowed = the file { $name } is of a type that is not allowed: { $ending }
the-file-x-is-larger-than = the file { $name } is larger than { $max } bytes
make-it-smaller-or-link = make it smaller, or send a link to it; EMAIL_MAX_ATTACHMENT_SIZE is the limit of a file
the-file-x-is-a-program = the file { $name } is a program ({ $what-text })
programs-are-never-sent = programs are never sent, whatever their name: send a link to it instead
use-one-of-these-endings = use one of these endings, or have EMAIL_ALLOWED_EXTENSIONS changed: { $endings }
the-file-has-no-name = the file has no name
give-it-one-with-an-ending = give it one with an ending, such as 견적서.pdf
the-file-name-has-a-path = the file name { $name } has parts of a path
give-the-name-alone = give the name alone, without folders
the-file-name-holds-unseen = the file name { $name } holds the character U+{ $code }, which is not seen
take-it-out = take it out
the-file-name-begins-or-ends = the file name { $name } begins or ends with a space, or ends with a dot
take-it-out-some-systems = take it out: some systems drop it, and the name becomes another
the-file-name-has-characters = the file name { $name } has { $length } characters
at-most-x-shorten-it = at most { $max-name } are possible: shorten it

# src/config/attachments.rs, check.rs
write-endings-with-commas = write endings with commas between: pdf, docx, zip
holds-x-no-ending = holds { $entry }, which is no ending of a file
names-no-ending = names no ending
is-x-bytes-but-one-file = is { $upload } bytes, but one file may have { $file } ({ $written }), and a form needs { $form } more

# src/http/api/attachments, src/http/upload
a-forms-files-have-names = a form's files have names of their own
leave-the-parameter-out = leave the parameter out
the-part-x-is-no-file = the part { $name } of the form is no file
give-files-only = give files only, each with its name
the-form-has-no-file = the form has no file
give-one-or-more-files = give one or more, each with its name
the-form-has-more-files = the form has more than { $max-files } files
send-it-in-several-forms = send it in several forms
the-body-was-cut-off = the body was cut off
the-content-id-of-a-part = the Content-ID of a part is not ASCII
send-form-data = send multipart/form-data as RFC 7578 has it: most HTTP clients do it for you
the-form-cannot-be-read = the form cannot be read: { $what-text }
the-head-of-a-part = the head of a part of the form is too large
give-names-of-usual-length = give names of usual length

# src/http/api/messages
bytes-in-base64 = bytes in base64
encode-the-bytes = encode the bytes as RFC 4648 section 4 has it, with padding and without data: before it
this-is-not-base64 = this is not base64
the-form-has-message-twice = the form has message or messages more than once
give-one-of-them-once = give one of them, once
there-is-no-part-x = there is no part { $name } here
use-message-or-messages = use message or messages, and attachments
the-form-has-no-message = the form has no part message or messages
add-one-with-the-mail = add one with the mail in JSON

# src/service/accept/attachments.rs, src/service/files, src/service/trouble.rs
it-has-x-attachments = it has { $n } attachments; at most { $max-attachments } are allowed
leave-some-out-or-zip = leave some out, or put them into one zip file
two-attachments-have-the-id = two attachments have the content id { $id }
give-each-its-own = give each its own
file-id-and-content-both = file_id and content are both given
neither-file-id-nor-content = neither file_id nor content is given
give-content-in-base64 = give content in base64, or file_id from POST /v1/attachments
there-is-no-file-x = there is no file { $id }
upload-it-and-give-the-id = upload it with POST /v1/attachments, and give the id it answers
upload-it-again = upload it again with POST /v1/attachments
a-message-carries-this-file = a message carries this file
leave-it-goes-by-itself = leave it: it goes by itself when no message needs it any more
windows-installer = Windows Installer
windows-program = Windows program
linux-program = Linux program
macos-program = macOS program
windows-shortcut = Windows shortcut
java-class = Java class
java-program = Java program
android-program = Android program
llvm-bitcode = LLVM bitcode
# templates
a-template-s-name-has-1-to-x-characters = a template's name has 1 to { $max-name } characters, no control characters and no backslash, and no empty part between slashes
give-a-name-such-as-welcome-or-emails-base = give a name such as welcome or emails/base.html
x-is-not-a-language-tag = { $tag } is not a language tag
give-a-tag-such-as-ko-en-or-en = give a tag such as ko, en or en-US (BCP 47)
its-texts-have-x-bytes-together-a-template-has = its texts have { $bytes } bytes together; a template has at most { $max-source }
put-images-and-the-like-elsewhere-and-split-off = put images and the like elsewhere, and split off what others use
a-template-has-1-to-x-languages = a template has 1 to { $max-variants } languages
give-a-variant-with-language-subject-and-html-for = give a variant with language, subject and html for each language
there-is-no-variant-in-the-default-language-x = there is no variant in the default language { $language }
add-one-or-name-the-language-of-another-as = add one, or name the language of another as the default
there-are-two-variants-in-x = there are two variants in { $language }
give-one-for-each-language = give one for each language
the-variant-has-no-body = the variant has no body
give-html-mjml-or-text-the-text-is-made = give html, mjml or text; the text is made from the HTML when missing
html-and-mjml-are-both-given = html and mjml are both given
give-one-of-them-mjml-becomes-the-html = give one of them: MJML becomes the HTML
the-variant-has-no-subject = the variant has no subject
give-one-variant-without-a-language-and-with-one = give one variant without a language and with one of html, mjml and text; languages belong to the mails that use it
a-part-has-exactly-one-body-and-no-language = a part has exactly one body and no language
a-part-has-no-subject = a part has no subject
leave-it-out-or-make-it-a-mail = leave it out, or make it a mail
a-template-describes-at-most-x-variables = a template describes at most { $max-variables } variables
put-what-belongs-together-into-an-object = put what belongs together into an object
x-is-not-the-name-of-a-variable = { $name } is not the name of a variable
use-letters-digits-and-not-beginning-with-a-digit = use letters, digits and _, not beginning with a digit
the-variable-x-is-described-twice = the variable { $name } is described twice
describe-it-once = describe it once
the-default-of-x-holds-null-or-a-number = the default of { $name } holds null or a number that is too large
leave-out-what-has-no-value = leave out what has no value
the-default-of-x-is-not-of-the-type = the default of { $name } is not of the type { $kind }
change-the-default-or-the-type = change the default or the type
activate-it-put-v1-templates-x-or-use-another = activate it (PUT /v1/templates/{ $name }), or use another
the-template-x-is-not-active = the template { $name } is not active
x-is-a-part-of-templates-not-a-mail = { $name } is a part of templates, not a mail
send-by-a-template-that-uses-it = send by a template that uses it
the-template-x-is-a-draft-it-was-never = the template { $name } is a draft: it was never published
publish-it-post-v1-templates-x-publish = publish it (POST /v1/templates/{ $name }/publish)
the-template-x-has-no-version-x = the template { $name } has no version { $version }
get-v1-templates-x-versions-lists-them = GET /v1/templates/{ $name }/versions lists them
there-is-no-template-x = there is no template { $name }
get-v1-templates-lists-them = GET /v1/templates lists them
x-is-built-in-and-cannot-be-changed = { $name } is built in and cannot be changed
write-one-of-your-own-under-its-name-first = write one of your own under its name first
a-push-has-1-to-x-templates = a push has 1 to { $max-pushed } templates
push-them-in-several-parts-those-others-use-first = push them in several parts, those others use first
the-template-x-is-given-twice = the template { $value } is given twice
the-note-is-longer-than-x-characters-or-holds = the note is longer than { $max-note } characters or holds control characters
get-it-anew-bring-your-change-into-it-and = get it anew, bring your change into it, and write it with the ETag you got
the-template-has-changed-since-it-was-read = the template has changed since it was read
the-published-template-x-uses-x-and-would-break = the published template { $user } uses { $name } and would break: { $why }
publish-that-template-without-it-first-or-delete-it = publish that template without it first, or delete it first
the-published-template-x-uses-this-and-would-break = the published template { $user } uses this and would break: { $why }
change-both-in-one-push-or-keep-what-it = change both in one push, or keep what it needs
x-is-a-mail-not-a-part-and-cannot = { $part } is a mail, not a part, and cannot be extended or included
put-what-both-use-into-a-part = put what both use into a part
the-html-made-of-it-cannot-be-used-x = the HTML made of it cannot be used: { $fault }
write-the-tags-between-whole-elements-not-across-them = write the tags between whole elements, not across them
in-the-part-x-line-x-column-x-x = in the part { $part }, line { $line }, column { $column }: { $fault-text }
the-template-uses-the-variable-x-which-is-not = the template uses the variable { $name }, which is not described
describe-it-or-check-its-name = describe it, or check its name
the-template-describes-the-variable-x-and-does-not = the template describes the variable { $name } and does not use it
leave-it-out-or-check-its-name = leave it out, or check its name
the-style-sheets-of-its-parts-are-not = the style sheets of its parts are not put into its elements: { $why-text }
change-that-or-write-the-styles-into-the = change that, or write the styles into the elements
a-set-stands-within-another-tag = a `set` stands within another tag outside of the blocks
a-block-stands-before-extends = a block stands before `extends`
it-is-larger-than-512-kib-with = it is larger than 512 KiB with all its parts
its-blocks-stand-within-each-other = its blocks stand within each other in turn
a-brace-stands-directly-before-a-tag = a brace stands directly before a tag
it-cannot-be-read-template = it cannot be read
the-value-of-x-is-not-of-the-type = the value of { $name } is not of the type { $kind }
give-a-value-of-the-type-the-template-describes = give a value of the type the template describes
its-values-cannot-be-written = its values cannot be written
the-template-cannot-be-filled-in-with-these-values = the template cannot be filled in with these values: { $why-text }
give-every-variable-it-needs-of-the-kind-it = give every variable it needs, of the kind it needs
correct-the-defaults-of-its-variables = correct the defaults of its variables
the-template-needs-the-variable-x-which-has-no = the template needs the variable { $path }, which has no value
give-it-in-variables = give it in variables
the-file-is-missing = the file is missing
add-it-it-says-which-languages-and-variables-the = add it: it says which languages and variables the template has
write-it-as-docs-templates-md-shows = write it as docs/TEMPLATES.md shows
name-it-by-its-language-ko-html-or-body = name it by its language (ko.html), or body.html where template.toml says kind = "part"
the-file-s-name-does-not-fit-the-kind = the file's name does not fit the kind of the template
this-is-no-etag-of-a-template = this is no ETag of a template
send-and-no-if-match-it-asks-that-there = send * and no If-Match: it asks that there is no such template yet
send-the-etag-of-get-as-it-is-with = send the ETag of GET as it is, with its quotation marks
template-version = template version
template = template
the-template-x-cannot-be-written-as-files-x = the template { $value } cannot be written as files: { $e }
dir-there-is-no-folder-x-name-the-one = --dir: there is no folder { $root }; name the one your templates are in
x-the-template-x-lies-in-x-too-give = { $at }: the template { $name } lies in { $first } too; give one of them another name
there-is-no-template-x-in-the-folder-its = there is no template { $missing } in the folder; its folder holds a template.toml
the-folder-itself-cannot-be-a-template = the folder itself cannot be a template
put-the-template-into-a-folder-of-its-own = put the template into a folder of its own, named as it is called
x-cannot-be-read-x-give-files-in-utf = { $path }: cannot be read: { $error }; give files in UTF-8 that may be read
there-is-no-template-in-x-each-lies-in = there is no template in { $dir }; each lies in a folder of its own with a template.toml
unchanged-x = unchanged: { $name }
would-be-created-x = would be created: { $name }
would-be-changed-x = would be changed: { $name }
created-x-version-x = created: { $name }, version { $version }
created-x-a-draft = created: { $name }, a draft
changed-x-version-x = changed: { $name }, version { $version }
changed-x-a-draft = changed: { $name }, a draft
the-server-has-no-templates-of-its-own-starters = the server has no templates of its own; --starters gives those that come with Jebi
there-is-no-template-x-jebi-template-list-names = there is no template { $name }; `jebi template list` names all
x-says-something-else-than-the-server-keep-it = { $path }: says something else than the server; keep it elsewhere, or give --force
x-cannot-be-written-x = { $path }: cannot be written: { $e }
x-templates-in-x-x-files-written = { $templates } templates in { $dir }, { $files } files written
only-in-the-folder-x = only in the folder: { $name }
only-on-the-server-x = only on the server: { $name }
html-x-cannot-be-written-x = --html: { $value } cannot be written: { $e }
the-variable-x-has-no-value-and-mail-without = the variable { $name } has no value, and mail without it is not sent
the-variable-x-is-not-used-by-the-template = the variable { $name } is not used by the template
vars-x-cannot-be-read-x = --vars: { $file } cannot be read: { $e }
vars-x-is-no-json-object-x = --vars: { $file } is no JSON object: { $e }
var-x-is-not-name-value-write-it-as = --var: { $one } is not NAME=VALUE; write it as --var code=123456
help-template-push-pull-compare-and-preview-templates-as-files = Push, pull, compare and preview templates as files
help-template-write-the-templates-of-a-folder-to-the-server = Write the templates of a folder to the server and publish them
help-template-write-the-templates-of-a-folder-to-the-server-long = Write the templates of a folder to the server and publish them

    All of them, or none when one has a fault; each fault is told with file, line and column. What did not change stays as it is.
help-template-write-the-server-s-templates-into-a-folder = Write the server's templates into a folder
help-template-write-the-server-s-templates-into-a-folder-long = Write the server's templates into a folder

    Files that are there and say something else are left alone, and named, unless --force is given.
help-template-show-how-a-folder-differs-from-the-server-s = Show how a folder differs from the server's drafts
help-template-show-how-a-folder-differs-from-the-server-s-long = Show how a folder differs from the server's drafts

    Ends with 1 when anything differs.
help-template-list-templates = List templates
help-template-fill-in-a-template-and-print-it = Fill in a template and print it
help-template-fill-in-a-template-and-print-it-long = Fill in a template and print it

    The one of the folder where it is there, with the folder's parts; else the server's draft. Nothing is stored or sent.
help-template-names-all-of-the-folder-when-left-out = Names; all of the folder when left out
help-template-the-folder = The folder
help-template-only-check-and-say-what-would-change = Only check, and say what would change
help-template-write-drafts-without-publishing-them = Write drafts without publishing them
help-template-what-the-versions-are-about = What the versions are about
help-template-those-that-come-with-jebi-too-to-make-your = Those that come with Jebi too, to make your own of them
help-template-overwrite-and-remove-files-that-say-something-else = Overwrite and remove files that say something else
help-template-name-of-the-template = Name of the template
help-template-a-value-as-name-value-json-where-the-template = A value, as NAME=VALUE: JSON where the template describes a number, boolean, list or object, else text; several may be given
help-template-file-with-values-a-json-object = File with values: a JSON object
help-template-language-such-as-ko-the-template-s-own-when = Language, such as ko; the template's own when left out
help-template-file-to-write-the-html-to = File to write the HTML to
give-one-of-1-to-998-characters = give one of 1 to 998 characters
the-subject-is-longer-than-998-characters = the subject is longer than 998 characters
the-subject-holds-a-line-break-or-another-control = the subject holds a line break or another control character
others-are-changing-templates-at-the-same-time = others are changing templates at the same time

# The reputation guard and alerts
word-alert = alert
x-is-not-three-percentages = { $value } is not three percentages
x-does-not-rise = { $value } does not rise
x-pauses-where-ses-stops-the-account = { $value } pauses where SES stops the account
write-where-to-warn-to-slow = write where to warn, to slow and to pause, rising and below { $stop }, with commas between
x-has-two-plans = { $scope } has two plans
x-is-not-a-plan = { $value } is not a plan
write-a-provider-or-a-domain-from = write a provider or an @domain, from, and a day: @news.example.kr from 2026-12-01
x-is-not-a-ramp = { $value } is not a ramp
write-the-recipients-of-each-day = write the recipients of each day, from 1 on and rising, with commas between: 50, 100, 200
bulk-mail-of-x-is-neither = bulk mail of { $scope } is neither paused nor slowed
list-what-is-with-get-v1-reputation = list what is with GET /v1/reputation; what a warm-up holds back goes on with the next day
something-else-was-decided-of-it = something else was decided of it just now
look-how-it-stands-then-ask = look how it stands, then ask again
is-longer-than-500-characters = is longer than 500 characters
say-in-a-sentence-why-for = say in a sentence why, for whoever looks at it next
x-has-passed-silence = { $until } has passed
give-a-time-to-come = give a time to come
bulk-mail-of-x-is-paused = bulk mail of { $value } is paused
bulk-mail-of-x-goes-on = bulk mail of { $value } goes on
help-reputation = Show bounce and complaint rates; pause and resume bulk mail
help-reputation-list = Show bounce and complaint rates, what is done about them, and warm-ups
help-reputation-pause = Let bulk mail of a provider or a domain wait until it is resumed; transactional mail goes on
help-reputation-resume = Let paused or slowed bulk mail go on; bounces and complaints are counted anew
help-reputation-scope = A provider's name, or a domain as @example.kr
help-reputation-reason = Why, for whoever looks at it next
help-alerts = List what is not as it should be
x-is-not-a-provider = { $name } is not a provider
name-one-of-x-or-a-domain = name one of { $value }, or a domain as @news.example.kr

# src/service/hooks/
there-are-x-webhooks-and-no = there are { $most } webhooks, and no more are kept
remove-one-that-is-not-used = remove one that is not used
somebody-else-changed-or-removed-it = somebody else changed or removed it just now
look-at-it-again-then-change-it = look at it again, then change it
more-than-x-hours = more than { $hours } hours
give-0-to-168-hours = give 0 to 168 hours
only-calls-to-endpoints-of-the-kind-webhook = only calls to endpoints of the kind webhook are signed
change-its-url-instead = change its url instead
a-person-disabled-it = a person disabled it
the-webhook-is-disabled-so-nothing = the webhook is disabled, so nothing is told to it
enable-it-first = enable it first
it-is-not-after-from = it is not after from
give-a-later-time = give a later time
the-configuration-makes-this-webhook = the configuration makes this webhook
change-sns-alert-topic-arn-instead = change SNS_ALERT_TOPIC_ARN instead
its-secrets-were-sealed-with-another = its secrets were sealed with another secret of the installation
use-the-secret-of-the-time-before-webhook = use the secret of the time before; where it is lost, remove the webhook and make it anew
this-node-has-no-secret-to-seal = this node has no secret to seal the webhook's with
word-webhook = webhook
word-event = event
x-is-no-kind-of-webhook = { $name } is no kind of webhook
use-webhook-slack-discord-sns-or = use webhook, slack, discord, sns or mail
it-is-of-the-kind-x-and-stays = it is of the kind { $kind }, and stays it
make-a-new-webhook-of-the-other = make a new webhook of the other kind
x-is-no-language-messages-are = { $name } is no language messages are written in
use-ko-or-en = use ko or en
no-event-is-called-x = no event is called { $pattern }
name-one-of-docs-webhooks = name one of docs/WEBHOOKS.md, a group such as delivery.*, or * for all
a-mail-for-each-mail-is-no-help = a mail for each mail is no help to anybody
choose-alert-topic-or-endpoint = choose alert.*, topic.* or endpoint.*; use a webhook for what becomes of each mail
a-webhook-of-the-kind-x-needs-it = a webhook of the kind { $kind } needs it
say-where-it-is = say where it is
a-webhook-of-the-kind-x-has-none = a webhook of the kind { $kind } has none
leave-it-out = leave it out
write-it-as-in-arn-aws-sns = write it as in arn:aws:sns:ap-northeast-2:123456789012:alerts
it-is-no-arn-of-an-sns-topic = it is no ARN of an SNS topic
write-https-a-host-and-a-path = write https://, a host and a path
it-is-longer-than-2-000-characters = it is longer than 2,000 characters
it-is-no-web-address = it is no web address
it-holds-a-user-name-which-would = it holds a user name, which would stand in logs
it-has-x-addresses = it has { $count } addresses
give-1-to-10-addresses = give 1 to 10 addresses
it-has-x-entries-at-most-x-are = it has { $count } entries; at most { $most } are allowed
name-groups-such-as-delivery = name groups, such as delivery.* or a beginning with *
it-is-empty-too-long-or-has-a-star = it is empty, too long, or has a star elsewhere than at its end
write-a-name-or-how-it-begins = write a name, or how it begins and a star
it-is-plain-http-which-anybody = it is plain HTTP, which anybody on the way can read
use-https-or-let-the-operator-set = use https, or let the operator set WEBHOOKS_ALLOW_HTTP
it-leads-to-x-which-is-not-of-the = it leads to { $ip }, which is not of the public internet
use-a-public-host-or-let-the = use a public host, or let the operator add the network to WEBHOOKS_ALLOW_PRIVATE_NETWORKS
its-host-cannot-be-found-x = its host cannot be found: { $why }
check-how-the-host-is-written = check how the host is written

# src/http/api/webhooks/
it-names-neither-one-event-nor-a = it names neither one event nor a time, or both
give-event-or-from-and-perhaps-to = give event, or from and perhaps to
x-is-no-state-of-a-call = { $text } is no state of a call
use-waiting-told-failed-or-dropped = use waiting, told, failed or dropped

# src/config/webhooks.rs
x-is-no-arn-of-an-sns-topic = { $value } is no ARN of an SNS topic

# src/cli/webhook.rs
the-webhook-x-is-made = the webhook { $id } is made
the-webhook-x-is-changed = the webhook { $id } is changed
the-webhook-x-is-removed = the webhook { $id } is removed
the-webhook-x-is-told-x = the webhook { $id } is told { $event }; jebi webhook calls shows what came of it
the-webhook-x-is-enabled = the webhook { $id } is enabled
the-webhook-x-is-disabled = the webhook { $id } is disabled
x-calls-are-made-again = { $calls } calls are made again
the-secret-is-shown-once-the-other = The secret is shown once; the other end needs it to check signatures:
help-webhook = Make, try, list and replay webhooks
help-webhook-list = List all webhooks
help-webhook-show = Print a webhook as JSON
help-webhook-id = The webhook's number
help-webhook-create = Make a webhook; its secret is printed once
help-webhook-change = Change what is given of a webhook
help-webhook-remove = Remove a webhook
help-webhook-test = Tell a webhook a test event
help-webhook-rotate = Give a webhook another secret; the one before signs beside it for a day
help-webhook-keep-old-hours = Hours the secret before signs beside the new one, 0 to 168
help-webhook-enable = Tell a webhook again that was disabled
help-webhook-disable = Stop telling a webhook
help-webhook-replay = Tell again: one event, or all of a time
help-webhook-event-id = One event, by its id
help-webhook-from = Events written down from then on
help-webhook-to-time = Up to then; now by default
help-webhook-failed-only = Only those that were not told
help-webhook-calls = List what came of calls, newest first
help-webhook-state = waiting, told, failed or dropped
help-webhook-limit = Calls to list, 1 to 500
help-webhook-kind = webhook, slack, discord, sns or mail
help-webhook-url = Where it is called: https
help-webhook-topic-arn = The SNS topic it publishes to
help-webhook-to = Whom mail goes to; several may be given
help-webhook-language = Language of messages for people: ko or en
help-webhook-event = An event it wants, or a group such as delivery.*; several may be given
help-webhook-topic = A topic it wants, or how topics begin and a star; several may be given
help-webhook-lane = A lane it wants: transactional or bulk

# src/service/suppression/
the-request-has-no-entries = the request has no entries
the-request-has-x-entries-at = the request has { $given } entries; at most { $most } are taken at once
split-it-or-send-a-file-of-suppressions = split it, or send a file to /v1/suppressions/csv
who-unsubscribes-keeps-no = who unsubscribes keeps no transactional mail back
use-bulk-or-topic-name-or = use bulk or topic:NAME, or the cause manual
x-is-no-cause = { $text } is no cause
use-one-of-x-causes = use one of: { $all }
use-all-bulk-or-topic-name = use all, bulk or topic:NAME; topic:news covers news and what goes on after it with / - _ . or :
the-name-of-a-topic-family-must = the name of a topic family must be 1 to { $max } bytes without control characters
the-name-of-a-topic-family-ends = the name of a topic family ends with `/`
it-has-a-line-break-or-another = it has a line break or another control character
write-it-in-one-line = write it in one line
it-does-not-say-why-the-address = it does not say why the address may be mailed again
say-it-in-a-few-words-who = say it in a few words: who asked, or what was put right

# src/service/addresses/, src/service/accept/
the-request-has-no-addresses = the request has no addresses
the-request-has-x-addresses-at = the request has { $given } addresses; at most { $most } are checked at once
split-it-or-use-jebi-addresses = split it, or use jebi addresses check with a file
this-is-a-disposable-address-and = this is a disposable address, and this server takes no mail to those
use-an-address-that-lasts-or = use an address that lasts, or ask the operator to change JEBI_DISPOSABLE or JEBI_DISPOSABLE_DOMAINS
recipients-with-a-disposable-address = recipients with a disposable address: { $found }
ask-them-for-an-address-that = ask them for an address that lasts; JEBI_DISPOSABLE=refuse keeps such addresses out

# src/http/api/suppression/
the-file-has-more-than-x-lines-with = the file has more than { $max } lines with addresses
name-the-columns-and-give-an-address = name the columns in the first line, and give an address in each below
no-column-is-email = no column is email
name-the-columns-one-of-them-email = name the columns in the first line, one of them email; or give addresses alone, one a line

# src/config/suppression.rs, src/config/addresses.rs
is-x-and-only-x-days-count = is { $times }, and only { $days } days count, of which each counts once: it would never be reached
lower-it-or-raise-suppression = lower it, or raise suppression.soft_bounce_days
name-a-text-file-with-a-domain = name a text file with a domain a line; !domain takes one out of the list that is shipped
x-line-x-is-no-domain = { $file }: line { $line } is no domain: { $what }
x-is-not-the-address-of-a-name = { $text } is not the address of a name server
write-an-address-such-as-192 = write an address such as 192.0.2.53, or with a port 192.0.2.53:5353; leave it out for those of the system

# src/cli/suppression.rs, src/cli/addresses.rs
x-is-off-the-suppression-list = { $address } is off the suppression list
added-x-known-x-left-out-x = added: { $added }, known: { $known }, left out: { $left }
lines-left-out-because-of-a-fault = lines left out because of a fault: { $bad }
the-file-cannot-be-written-x = the file cannot be written: { $e }
good-x-risky-x-bad-x = good: { $good }, risky: { $risky }, bad: { $bad }, unknown: { $unknown }
x-no-column-is-called-email = { $file }: no column is called email; name the columns in the first line
help-suppression = Put addresses on the suppression list, take them off, import and export it
help-suppression-add = Put addresses on the suppression list
help-suppression-remove = Take an address off the suppression list; who did it and why stays known
help-suppression-list = List the suppression list
help-suppression-import = Put the addresses of a CSV file on the suppression list
help-suppression-import-long = Put the addresses of a CSV file on the suppression list

    Its first line names the columns: email, and where they are wanted scope, cause, reason and created_at. A file of addresses alone needs none. Bad lines are told, and the others taken.
help-suppression-export = Write the suppression list as a CSV file
help-suppression-addresses = Addresses
help-suppression-the-address = The address
help-suppression-why-again = Why it may be mailed again
help-suppression-of-this-scope = Of this scope only: all, bulk or topic:NAME
help-suppression-the-file = The file
help-suppression-which-mail = Which mail is kept back: all, bulk or topic:NAME
help-suppression-cause = manual, bounce, soft_bounce, complaint or unsubscribe
help-suppression-why = Why, in words
help-suppression-email = The address, or its beginning
help-suppression-domain = The domain
help-suppression-scope = all, bulk or topic:NAME
help-addresses = Check addresses before mail goes to them
help-addresses-check = Check the addresses of a CSV file, to clean a list
help-addresses-check-long = Check the addresses of a CSV file, to clean a list

    Writes the file again with four columns more: verdict (good, risky, bad, unknown), why, suggestion and mx. The column with the addresses is called email; a file of addresses alone needs no first line.
help-addresses-no-mx = Do not ask the name servers whether the domains take mail

# domain/src/sns/
sns-exactly = let SNS deliver here, or post exactly what it delivered
sns-missing = is missing
sns-body = the body is not what SNS sends: { $error }
sns-no-time = is not a time as RFC 3339 has it
sns-no-id = is not an id of SNS
sns-no-version = is neither 1 nor 2
sns-set-version = set the topic's SignatureVersion to 1 or 2
sns-long-signature = is longer than any signature of SNS
sns-certificate-url = is not an address of SNS: https://sns.REGION.amazonaws.com/….pem
sns-subscribe-url = is not an address of SNS: https://sns.REGION.amazonaws.com/?…
sns-type = is none of Notification, SubscriptionConfirmation and UnsubscribeConfirmation
sns-raw = the message has no SNS envelope, so no signature: raw message delivery is on
sns-raw-off = switch raw message delivery off for this subscription, or deliver to a queue (SQS_QUEUE_URLS), where it may stay on
sns-copy-arn = copy it from the topic's page in the SNS console
sns-no-arn = it is not the ARN of an SNS topic
sns-arn-account = its account is not a number of 12 digits
sns-arn-fifo = it is a FIFO topic, and SES publishes to standard ones only
sns-arn-name = its last part is not the name of a topic

# src/service/sns/
sns-stale = the message was published at { $at }, longer ago than SNS delivers one
sns-stale-remedy = nothing is to be done if it was taken before; else check this machine's clock
sns-early = the message is of a time to come by this server's clock
sns-signature = the signature is not that of SNS for this message
sns-later = SNS could not be reached to confirm the subscription; it is tried again
sns-over = SNS did not take the confirmation; subscribe again
sns-waits = the topic waits until somebody allows it with `jebi sns allow ARN`
sns-unsure = whether the topic is of our own AWS account cannot be told just now
sns-unsure-remedy = deliver it again later; name the topic in SNS_TOPIC_ARNS, or run `jebi sns allow ARN`, so that nobody has to ask
sns-not-taken = messages of the topic { $topic } are not taken
sns-not-taken-remedy = let the operator name it in SNS_TOPIC_ARNS, or run `jebi sns allow ARN`
sns-listed = the configuration names this topic (SNS_TOPIC_ARNS)
sns-listed-remedy = take it out there and reload
sns-too-many-certificates = too many certificates were asked for in this minute
sns-certificate-away = the certificate the message is signed with could not be fetched just now
sns-certificate-away-remedy = deliver it again later; the server's log has the cause, and sns.certificates takes certificates put there by hand
sns-distrust = the certificate the message is signed with is not one of SNS: { $why-text }
sns-no-certificate-there = there is no such certificate
sns-issuer = its issuer is not trusted
sns-unreadable = it cannot be read: { $e }
sns-other-name = it is not for SNS of this region
sns-key-kind = its key is not one of RSA
sns-no-address = it is not an address of SNS
sns-status = SNS answered with status { $status }

# src/config/sns.rs
config-sns-twice = names { $part } twice
config-sns-roots = events are believed also where an authority of { $file } stands for SNS: whoever holds its key can make them up; leave sns.trusted_roots out in production
config-sns-once = name it once
config-sns-none = names no topic
config-sns-name-one = name one, or leave it out
config-sns-arns = write ARNs with commas between, such as arn:aws:sns:ap-northeast-2:111122223333:ses-events
config-sns-topic = { $text } is not a topic events can come from: { $fault-text }
config-sqs-copy = copy it from the SQS console, such as https://sqs.ap-northeast-2.amazonaws.com/111122223333/ses-events
config-sqs-address = is not the address of a queue
config-sqs-name = names no queue
config-sqs-fifo = is a FIFO queue, which SNS does not deliver standard topics to
config-sqs-region = { $url } names no AWS region
config-sqs-region-remedy = give its address at AWS, or set up an SES account
config-sns-folder = { $text } is not a folder
config-sns-folder-remedy = name a folder with PEM files

# src/cli/sns.rs
sns-allowed = messages of { $arn } are taken
sns-allowed-fault = its subscription could not be confirmed yet: { $fault-text }
sns-allowed-at = its subscription was confirmed at { $at }
sns-allowed-none = no subscription of it waits to be confirmed: subscribe this server's /v1/events/results to it
sns-removed = messages of { $arn } are refused; end its subscription in AWS too
help-sns-arn-listed = Its ARN, from `jebi sns list`
help-sns-arn = Its ARN, from the SNS console or from `jebi sns list`
help-sns-list = List topics and queues that events come from, and when the last came
help-sns = List, allow and remove topics that events of SES come from
help-sns-remove = Refuse messages of a topic from now on
help-sns-allow = Take messages of a topic, and confirm its subscription where that waits

# src/service/accept/track.rs, src/config/tracking.rs
opens-and-clicks-are-not-followed-html = opens and clicks are not followed: the message has no HTML
give-content-or-html-or-leave-track = give content or html, or leave track out
opens-and-clicks-are-not-followed-secret = opens and clicks are not followed: this server has no secret to sign picture and links with
opens-and-clicks-are-not-followed-address = opens and clicks are not followed: this server has no address that readers of mail can reach
let-the-operator-set-server-url-or = let the operator set SERVER_URL (or TRACKING_HOST) to one, or give track with false
x-is-this-machine-itself-which-readers = { $value } is this machine itself, which readers of mail cannot reach
name-a-host-the-world-reaches-this = name a host the world reaches this server by, such as click.example.com
