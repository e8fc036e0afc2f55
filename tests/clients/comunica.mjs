// Ask with Comunica: sources and a query as JSON on standard input, what it finds as JSON on standard output.
import { QueryEngine } from "@comunica/query-sparql";

let text = "";
for await (const piece of process.stdin) text += piece;
const { query, sources } = JSON.parse(text);

const result = await new QueryEngine().query(query, { sources, lenient: false });
const terms = { bindings: rows, quads: triples, boolean: (told) => told.execute() };
process.stdout.write(JSON.stringify(await terms[result.resultType](result)));

async function rows(told) {
  const found = [];
  for await (const row of await told.execute()) {
    found.push(Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value])));
  }
  return found;
}

async function triples(told) {
  const found = [];
  for await (const quad of await told.execute()) found.push([quad.subject.value, quad.predicate.value, quad.object.value]);
  return found;
}
