/** The server as the extension starts it, over the same JSON-RPC library. `S3LINT` names the command. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import {
  createProtocolConnection,
  type Diagnostic,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
} from "vscode-languageserver-protocol/node";

import { initializationOptions, serverCommand } from "../src/command";

const { command, args } = serverCommand((process.env["S3LINT"] ?? "s3lint").split(" "), []);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const connection = createProtocolConnection(server.stdout, server.stdin);
connection.listen();

after(async () => {
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  connection.dispose();
});

test("it starts with the extension's options, finds a bucket and offers a pull", async () => {
  const published = new Promise<Diagnostic[]>((resolve) => {
    connection.onNotification(PublishDiagnosticsNotification.type, (params) => resolve(params.diagnostics));
  });
  const initialized = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    workspaceFolders: null,
    initializationOptions: initializationOptions("onSave"),
  });
  assert.ok(initialized.capabilities.diagnosticProvider);
  assert.ok(initialized.capabilities.notebookDocumentSync === undefined, "a client without notebooks is offered none");
  await connection.sendNotification(InitializedNotification.type, {});
  const text = 'import boto3\n\nboto3.client("s3").delete_object(Bucket="acme-raw", Key="reports/a.pdf")\n';
  const uri = "untitled:Untitled-1";
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "python", version: 1, text },
  });
  assert.deepEqual((await published).map((found) => found.code), ["STO201"]);
  const pulled = await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
  assert.equal(pulled.kind, "full");
});
