//! Requests about a document, and what answers them.

use gen_lsp_types::{
    CodeAction, CodeActionKind, DidChangeTextDocumentParams, Position, Range,
    TextDocumentContentChangeEvent, TextDocumentIdentifier,
};
use lsp_server::{ErrorCode, Request, RequestId, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use super::folder::Folder;
use super::outbox::json;
use super::page::Page;
use super::{actions, complete, hints, hover, places, symbols};

/// The answer to a request about the folders as they were checked last.
pub(super) fn answer(request: Request, folders: &[Folder], client: &Client) -> Response {
    let Request { id, method, params } = request;
    let wrong = "not the parameters of this request";
    if method == "codeAction/resolve" {
        let Some(action) = read::<CodeAction>(params) else {
            return error(id, ErrorCode::InvalidParams, wrong);
        };
        let page = actions::document_of(&action).and_then(|uri| page(folders, &uri, client));
        let edit = page.and_then(|page| actions::edit_of(&page, &action, client.abilities));
        return match edit {
            Some(edit) => {
                let edit = Some(edit);
                Response::new_ok(id, json(CodeAction { edit, ..action }))
            }
            None => error(
                id,
                ErrorCode::ContentModified,
                "this cannot be done here any more",
            ),
        };
    }
    let Some(answer) = request_named(&method) else {
        return error(id, ErrorCode::MethodNotFound, "not supported");
    };
    let Some(about) = read::<About>(params) else {
        return error(id, ErrorCode::InvalidParams, wrong);
    };
    let page = page(folders, &about.text_document.uri.0, client);
    let result = page.map_or(Value::Null, |page| answer(&page, &about, client));
    Response::new_ok(id, result)
}

/// The page of a document. Of several folders the innermost has it: its settings and its app are those of the file.
fn page<'f>(folders: &'f [Folder], uri: &str, client: &Client) -> Option<Page<'f>> {
    let pages = folders.iter();
    let pages = pages.filter_map(|folder| Page::open(folder, uri, client.unit));
    pages.max_by_key(|page| page.folder.at().as_str().len())
}

/// What a request is about: a place in a document, or all of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    text_document: TextDocumentIdentifier,
    #[serde(default)]
    position: Position,
    range: Option<Range>,
    context: Option<Value>,
}

impl About {
    /// The range; where there is none, all of the document.
    fn range(&self) -> Range {
        let end = Position::new(u32::MAX, u32::MAX);
        self.range.unwrap_or(Range::new(Position::new(0, 0), end))
    }

    /// The kinds of actions that are wanted; `None` for all.
    fn only(&self) -> Option<Vec<CodeActionKind>> {
        serde_json::from_value(self.context.as_ref()?.get("only")?.clone()).ok()
    }
}

/// What answers a request about a page.
type Answer = fn(&Page<'_>, &About, &Client) -> Value;

fn request_named(method: &str) -> Option<Answer> {
    Some(match method {
        "textDocument/hover" => |page, about, _| json(hover::hover(page, about.position)),
        "textDocument/completion" => {
            |page, about, _| json(complete::complete(page, about.position))
        }
        "textDocument/definition" => {
            |page, about, _| json(places::definition(page, about.position))
        }
        "textDocument/declaration" => {
            |page, about, _| json(places::declaration(page, about.position))
        }
        "textDocument/references" => {
            |page, about, _| json(places::references(page, about.position))
        }
        "textDocument/documentLink" => |page, _, _| json(places::links(page)),
        "textDocument/inlayHint" => |page, about, _| json(hints::hints(page, about.range())),
        "textDocument/documentSymbol" => |page, _, _| json(symbols::symbols(page)),
        "textDocument/codeLens" => |page, _, _| json(hints::lenses(page)),
        "textDocument/codeAction" => |page, about, client| {
            let only = about.only();
            let abilities = client.abilities;
            json(actions::actions(
                page,
                about.range(),
                only.as_deref(),
                abilities,
            ))
        },
        _ => return None,
    })
}

/// The parameters of a message; `None` when it is not as the protocol says.
pub(super) fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}

/// The parameters of a change. A change whose range cannot be read is none, and not one of the whole text.
pub(super) fn read_change(params: Value) -> Option<DidChangeTextDocumentParams> {
    let changes = params.get("contentChanges").and_then(Value::as_array);
    let has_range = |change: &Value| change.get("range").is_some_and(|range| !range.is_null());
    let ranges: Vec<bool> = changes.into_iter().flatten().map(has_range).collect();
    let params: DidChangeTextDocumentParams = read(params)?;
    let is_part = |change: &TextDocumentContentChangeEvent| {
        matches!(
            change,
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(_)
        )
    };
    let read = params.content_changes.iter().map(is_part);
    read.eq(ranges).then_some(params)
}

/// An answer that is none. What was asked is not repeated: it may hold a text.
pub(super) fn error(id: RequestId, code: ErrorCode, message: &str) -> Response {
    Response::new_err(id, code as i32, message.to_owned())
}
