// Reads each mail named on the command line with mailparser and prints what it found as a line of JSON.
"use strict";
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { simpleParser } = require("mailparser");

const people = (list) => (list ? list.value : []).map(({ name, address }) => ({ name: name || "", email: address }));

async function read(path) {
  const mail = await simpleParser(readFileSync(path), { keepCidLinks: true, skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true });
  const isInvitation = (part) => part.contentType === "text/calendar" && !part.filename;
  const invitation = mail.attachments.find(isInvitation);
  return {
    subject: mail.subject,
    from: people(mail.from),
    to: people(mail.to),
    reply_to: people(mail.replyTo),
    text: mail.text ?? null,
    html: mail.html || null,
    calendar: invitation ? { method: invitation.headers.get("content-type").params.method, ics: invitation.content.toString("utf8") } : null,
    files: mail.attachments.filter((part) => !isInvitation(part)).map((part) => ({
      name: part.filename,
      type: part.contentType,
      cid: part.cid ?? null,
      inline: part.contentDisposition === "inline",
      size: part.content.length,
      sha256: createHash("sha256").update(part.content).digest("hex"),
    })),
  };
}

(async () => {
  for (const path of process.argv.slice(2)) {
    console.log(JSON.stringify(await read(path)));
  }
})();
