// Makes the requests of the judge `clients` with node's http2, on one session.

import { createHash } from "node:crypto";
import { connect } from "node:http2";
import { buffer, text } from "node:stream/consumers";

const asked = JSON.parse(await text(process.stdin));
const session = connect(process.argv[2]);

async function ask({ method, path, fields, body }) {
  const asked = { ":method": method, ":path": encodeURI(decodeURI(path)), ...fields };
  const stream = session.request(asked, { endStream: !body });
  if (body) stream.end(body);
  const answered = new Promise((resolve, reject) => {
    stream.on("response", resolve);
    stream.on("error", reject);
  });
  const { ":status": status, ...told } = await answered;
  const content = await buffer(stream);
  if (status === 301 || status === 308) {
    return ask({ method, path: told.location, fields, body });
  }
  return {
    status,
    version: "2",
    fields: told,
    sha256: createHash("sha256").update(content).digest("hex"),
  };
}

const inTurn = [];
for (const request of asked) inTurn.push(await ask(request));
const atOnce = await Promise.all(asked.map(ask));
console.log(JSON.stringify([inTurn, atOnce]));
session.close();
