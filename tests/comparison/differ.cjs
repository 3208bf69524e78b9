// Prints what api-smart-diff sees between two JSON documents: [type, action, path] per change.
const { apiCompare } = require("api-smart-diff");
const { readFileSync } = require("node:fs");
const [before, after] = process.argv.slice(2).map((name) => JSON.parse(readFileSync(name)));
const { diffs } = apiCompare(before, after);
console.log(JSON.stringify(diffs.map(({ type, action, path }) => [type, action, path])));
