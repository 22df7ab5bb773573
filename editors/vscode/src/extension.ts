/** Runs `s3lint server` for Python files and notebooks. */

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";

import { initializationOptions, serverCommand, startFailure } from "./command";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const changed = async (event: vscode.ConfigurationChangeEvent) => {
    if (event.affectsConfiguration("s3lint")) {
      await restart();
    }
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("s3lint.restart", restart),
    vscode.workspace.onDidChangeConfiguration(changed),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration("s3lint");
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const command = serverCommand(settings.get<string[]>("path", []), folders);
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "python" }],
    initializationOptions: initializationOptions(settings.get<string>("run")),
  };
  client = new LanguageClient("s3lint", "s3lint", command, options);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    void vscode.window.showErrorMessage(startFailure(command, error));
  }
}
