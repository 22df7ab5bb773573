/** How the server is found, without one. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { initializationOptions, serverCommand, startFailure } from "../src/command";

const nothing = () => false;

test("without a setting the environment of the first folder that has one is used", () => {
  const has = (path: string) => path === join("/b", ".venv", "bin", "s3lint");
  assert.deepEqual(serverCommand([], ["/a", "/b"], "linux", has), { command: "/b/.venv/bin/s3lint", args: ["server"] });
});

test("without an environment the command on the path is used", () => {
  assert.deepEqual(serverCommand([], ["/a"], "win32", nothing), { command: "s3lint", args: ["server"] });
});

test("a setting is obeyed, and completed by the folder that holds it", () => {
  assert.deepEqual(serverCommand(["python", "-I", "-m", "s3lint"], ["/a"], "linux", nothing), {
    command: "python",
    args: ["-I", "-m", "s3lint", "server"],
  });
  assert.equal(serverCommand(["tools/s3lint"], ["/a"], "linux", (path) => path === "/a/tools/s3lint").command, "/a/tools/s3lint");
  assert.equal(serverCommand(["/opt/s3lint"], ["/a"], "linux", nothing).command, "/opt/s3lint");
});

test("the server is told when to run", () => {
  assert.deepEqual(initializationOptions(undefined), { run: "onType" });
  assert.deepEqual(initializationOptions("onSave"), { run: "onSave" });
});

test("a failure says what was run and what to do", () => {
  const text = startFailure({ command: "s3lint", args: ["server"] }, new Error("ENOENT"));
  assert.match(text, /\(s3lint server\): ENOENT\. Install it with: python -m pip install 's3lint\[lsp\]'/);
});
