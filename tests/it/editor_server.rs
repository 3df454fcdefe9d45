//! `stagecheck lsp` as an editor starts it: over pipes, with many messages at once.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_stagecheck"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, output }
    }

    /// Sends messages with one write.
    fn send(&mut self, messages: &[Value]) {
        let mut bytes = Vec::new();
        for message in messages {
            let text = message.to_string();
            write!(bytes, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        }
        let input = self.process.stdin.as_mut().unwrap();
        input.write_all(&bytes).unwrap();
        input.flush().unwrap();
    }

    /// The next message; `None` when there are no more.
    fn next(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim() {
                "" => break,
                header => {
                    if let Some(value) = header.strip_prefix("Content-Length: ") {
                        length = value.parse().unwrap();
                    }
                }
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        Some(serde_json::from_slice(&bytes).unwrap())
    }
}

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// Two hundred keystrokes and a request that is cancelled come while the first text is checked.
#[test]
fn keystrokes_are_taken_together_and_requests_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::write(root.join("app-config.yaml"), "a: 1\n").unwrap();
    let root = format!("file://{}", root.display());
    let uri = format!("{root}/app-config.yaml");
    let change = |version: u32| {
        let document = json!({ "uri": uri, "version": version });
        let text = "a: 1\n".repeat(2 + version as usize % 3);
        let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        notification("textDocument/didChange", params)
    };
    let mut server = Server::start();
    let params = json!({ "processId": null, "rootUri": root, "capabilities": {} });
    let document = json!({ "uri": uri, "languageId": "yaml", "version": 0, "text": "a: 1\n" });
    let position = json!({ "line": 0, "character": 0 });
    let about = json!({ "textDocument": { "uri": uri }, "position": position });
    let mut messages = vec![
        request(1, "initialize", params),
        notification("initialized", json!({})),
        notification("textDocument/didOpen", json!({ "textDocument": document })),
    ];
    messages.extend((1..=5).map(change));
    messages.push(request(2, "textDocument/hover", about));
    messages.extend((6..=10).map(change));
    messages.push(notification("$/cancelRequest", json!({ "id": 2 })));
    messages.extend((11..=200).map(change));
    messages.push(request(3, "shutdown", Value::Null));
    server.send(&messages);
    let (mut versions, mut hover) = (Vec::new(), Value::Null);
    loop {
        let message = server.next().unwrap();
        if message["method"] == "textDocument/publishDiagnostics" {
            versions.push(message["params"]["version"].as_u64().unwrap_or_default());
        }
        match message["id"].as_u64() {
            Some(2) => hover = message,
            Some(3) => break,
            _ => {}
        }
    }
    assert_eq!(hover["error"]["code"], -32800, "{hover}");
    assert!(versions.len() < 40, "{versions:?}");
    server.send(&[notification("exit", Value::Null)]);
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
}

#[test]
fn the_answer_to_a_wrong_beginning_is_written_before_the_end() {
    let mut server = Server::start();
    server.send(&[request(1, "initialize", json!({ "capabilities": 5 }))]);
    let answer = server.next().unwrap();
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    drop(server.process.stdin.take());
    assert_eq!(server.next(), None);
    assert_eq!(server.process.wait().unwrap().code(), Some(2));
    let mut told = String::new();
    let mut stderr = server.process.stderr.take().unwrap();
    stderr.read_to_string(&mut told).unwrap();
    assert!(told.contains("parameters of `initialize`"), "{told}");
}
