// Starts `stagecheck lsp` and connects it to the editor. Everything else is the server's.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;
let output: vscode.OutputChannel | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("stagecheck");
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("stagecheck.restart", restart),
    vscode.commands.registerCommand("stagecheck.showOutput", () => output?.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("stagecheck")) {
        await restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

async function stop(): Promise<void> {
  const stopping = client;
  client = undefined;
  await stopping?.stop().catch(() => undefined);
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration("stagecheck");
  const command = settings.get<string>("path", "stagecheck");
  const server: ServerOptions = { command, args: ["lsp"] };
  const options: LanguageClientOptions = {
    // Layers, and the files that decide what they mean: the server says what is wrong with any of them.
    documentSelector: [
      { scheme: "file", language: "yaml" },
      { scheme: "file", language: "dockerfile" },
      { scheme: "file", pattern: "**/package.json" },
      { scheme: "file", pattern: "**/{Dockerfile,Containerfile}*" },
      { scheme: "file", pattern: "**/.env*" },
    ],
    initializationOptions: {
      trusted: vscode.workspace.isTrusted,
      withLocal: settings.get<boolean>("withLocal", false),
    },
    outputChannel: output,
  };
  client = new LanguageClient("stagecheck", "stagecheck", server, options);
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const settle = "Open settings";
    const message = `stagecheck: cannot start \`${command} lsp\`: ${reason}`;
    const chosen = await vscode.window.showErrorMessage(message, settle);
    if (chosen === settle) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "stagecheck.path");
    }
  }
}
