// For each line of standard input, two file names as a JSON list, prints what api-smart-diff sees
// between the two documents in a line: [type, action, path] per change.
const { apiCompare } = require("api-smart-diff");
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");

createInterface({ input: process.stdin }).on("line", (line) => {
  const [before, after] = JSON.parse(line).map((name) => JSON.parse(readFileSync(name)));
  const { diffs } = apiCompare(before, after);
  console.log(JSON.stringify(diffs.map(({ type, action, path }) => [type, action, path])));
});
