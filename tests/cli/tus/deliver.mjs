// deliver.mjs URL FILE [ID]: npm's tus-js-client sends FILE to URL/v1/b, with ID in its metadata or without, over a network that
// breaks: it resumes until all is across. Prints the upload's URL and how often it had to try again.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const tus = createRequire(process.cwd() + "/")("tus-js-client");
const [url, file, id] = process.argv.slice(2);
let again = 0;
const upload = new tus.Upload(readFileSync(file), {
	endpoint: url + "/v1/b",
	metadata: id ? { id } : { filename: "bundle.xcb" },
	chunkSize: 4096,
	uploadDataDuringCreation: process.env.WITH_UPLOAD === "1",
	retryDelays: Array(300).fill(20),
	onShouldRetry: () => (again++, true),
	onError: (e) => { console.error(String(e)); process.exit(1); },
	onSuccess: () => { console.log(upload.url, again); process.exit(0); },
});
upload.start();
