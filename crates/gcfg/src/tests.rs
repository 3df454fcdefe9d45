#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn read(text: &str) -> Document {
    parse(text, Options::default())
}

fn template(text: &str) -> Document {
    let options = Options {
        template: true,
        ..Options::default()
    };
    parse(text, options)
}

/// `Section "subsection" Key=value` for every setting; `~` before what is not intact.
fn settings(document: &Document) -> Vec<String> {
    let show = |section: &str, entry: &Entry| {
        let damaged = if entry.intact { "" } else { "~" };
        let value = entry.value.as_ref();
        let value = value.map_or(String::new(), |value| format!("={}", value.text));
        format!("{section}{damaged}{}{value}", entry.name.text)
    };
    let mut all: Vec<String> = Vec::new();
    all.extend(document.orphans.iter().map(|entry| show("", entry)));
    for section in &document.sections {
        let damaged = if section.intact { "" } else { "~" };
        let subsection = section.subsection.as_ref();
        let subsection = subsection.map_or(String::new(), |name| format!("\"{}\" ", name.text));
        let name = format!("{damaged}{} {subsection}", section.name.text);
        all.extend(section.entries.iter().map(|entry| show(&name, entry)));
    }
    all
}

/// `line:column message` for every problem.
fn problems(document: &Document) -> Vec<String> {
    let show = |problem: &Problem| format!("{} {}", problem.position, problem.kind);
    document.problems.iter().map(show).collect()
}

fn spelled(text: &str, span: Span) -> &str {
    &text[span.range()]
}

#[test]
fn spans_cover_names_values_and_comments() {
    let text =
        "\u{feff}; top\r\n[LDAP \"a b\"] # one\r\n  BindDN = \"x; y\" z ; two\r\nTLS\r\nURL =\r\n";
    let document = read(text);
    assert_eq!(problems(&document), Vec::<String>::new());
    let section = &document.sections[0];
    assert_eq!(spelled(text, section.span), "[LDAP \"a b\"]");
    assert_eq!(spelled(text, section.name.span), "LDAP");
    let subsection = section.subsection.as_ref().unwrap();
    assert_eq!(spelled(text, subsection.span), "\"a b\"");
    let [bind, tls, url] = &section.entries[..] else {
        panic!("{:?}", section.entries)
    };
    let value = bind.value.as_ref().unwrap();
    assert_eq!(spelled(text, value.span), "\"x; y\" z");
    assert_eq!(&*value.text, "x; y z");
    assert_eq!(spelled(text, bind.comment.unwrap()), "; two");
    assert_eq!(spelled(text, bind.span()), "BindDN = \"x; y\" z");
    assert_eq!((tls.value.as_ref(), tls.comment), (None, None));
    let empty = url.value.as_ref().unwrap();
    assert!(empty.span.is_empty() && empty.text.is_empty());
    let comments = document.comments.iter();
    let comments: Vec<&str> = comments
        .map(|comment| spelled(text, comment.span))
        .collect();
    assert_eq!(comments, ["; top", "# one", "; two"]);
    assert_eq!(
        document.position(section.span.range().start).to_string(),
        "2:1"
    );
}

#[test]
fn a_comment_that_cuts_a_value_begins_where_it_ends() {
    let document = read("[S]\nToken = abc#def\nFormat = TEXT ; or JSON\n");
    let entries = document.sections[0].entries.iter();
    let glued = entries.map(|entry| {
        let value = entry.value.as_ref().unwrap();
        value.span.end == entry.comment.unwrap().start
    });
    assert_eq!(glued.collect::<Vec<_>>(), [true, false]);
}

#[test]
fn reading_goes_on_behind_what_the_library_refuses() {
    let document = read(
        "Listen = :80\n[Database]\nProvider: postgres\n[Postgres]\nURL = \"postgres://u@h/d\nPassword = a\\b\n\
         my_key = 1\n<<<<<<< ours\nName = x\n[LDAP corp]\nTLS = true\n[HTTP\nListen = :3939\n[SMTP] Host = h\n\
         [R]]\nEnabled = true\nTwo words\n[T.x]\nk = \"a\\qb\"\n[[U]]\nk = 1\n[V \"open]\nk = 2\n",
    );
    assert_eq!(
        settings(&document),
        [
            "~Listen=:80",
            "Database ~Provider=postgres",
            "Postgres ~URL=postgres://u@h/d",
            "Postgres ~Password=a\\b",
            "Postgres ~my_key=1",
            "Postgres Name=x",
            "~LDAP corp TLS=true",
            "~HTTP Listen=:3939",
            "~SMTP Host=h",
            "~R Enabled=true",
            "~R ~Two",
            "~T.x ~k=a\\qb",
            "~U k=1",
            "~V \"open]\" k=2",
        ]
    );
    assert_eq!(
        problems(&document),
        [
            "1:1 expected section header",
            "3:9 illegal character U+003A ':'",
            "5:7 string not terminated",
            r"6:12 unquoted '\' must be followed by new line or double quote",
            "7:3 illegal character U+005F '_'",
            "8:1 illegal character U+003C '<'",
            "10:7 expected subsection name or right bracket",
            "12:6 expected subsection name or right bracket",
            "14:8 expected EOL, EOF, or comment",
            "15:4 expected EOL, EOF, or comment",
            "17:5 expected '='",
            "18:3 illegal character U+002E '.'",
            "19:8 unknown escape sequence",
            "20:2 expected section name",
            "22:4 string not terminated",
        ]
    );
}

#[test]
fn problems_point_at_the_bytes_that_are_wrong() {
    let wrong = |text: &'static str| {
        let document = read(text);
        spelled(text, document.problems[0].span)
    };
    assert_eq!(wrong("[S]\nPath = C:\\Temp\n"), "\\");
    assert_eq!(wrong("[S]\nPath = \"C:\\Users\"\n"), "\\U");
    assert_eq!(wrong("[S]\nURL = x \"https://h\nk = 1\n"), "\"https://h");
    assert_eq!(wrong("[LDAP corp]\n"), "corp");
    assert_eq!(wrong("[LDAP \"\"]\n"), "\"\"");
    assert_eq!(wrong("Listen = :80\n"), "Listen");
    assert_eq!(wrong("[S]\nkey: 1\n"), ":");
}

#[test]
fn an_open_quote_ends_with_its_line() {
    let text = "[S]\nURL = \"postgres://\n; comment\nPassword = \"x\"\n\nName = \"a\\\nOther = y\n";
    let document = read(text);
    assert_eq!(
        settings(&document),
        [
            "S ~URL=postgres://",
            "S Password=x",
            "S ~Name=a\\",
            "S Other=y"
        ]
    );
    assert_eq!(document.comments.len(), 1);
}

#[test]
fn a_problem_found_a_character_early_is_of_its_own_line() {
    let document = read("[S]\nName = a\n\0\nOther = b\n");
    assert_eq!(problems(&document), ["3:1 illegal character NUL"]);
    assert_eq!(settings(&document), ["S ~Name=a", "S Other=b"]);
}

#[test]
fn bytes_that_are_not_utf_8_are_read_past() {
    let document = parse(b"[S]\nName = caf\xe9 \nOther = b\n", Options::default());
    assert_eq!(problems(&document), ["2:11 illegal UTF-8 encoding"]);
    assert_eq!(settings(&document), ["S ~Name=caf\u{fffd}", "S Other=b"]);
}

#[test]
fn a_part_of_a_value_is_found_in_its_bytes() {
    let text = "[S]\nURL = \"postgres://u:p\\\"w\" \\\n  @h\r\n";
    let document = read(text);
    let value = document.sections[0].entries[0].value.as_ref().unwrap();
    assert_eq!(&*value.text, "postgres://u:p\"w   @h");
    let part = |part: &str| {
        let at = value.text.find(part).unwrap();
        let span = document.subspan(text, value, at..at + part.len());
        spelled(text, span.unwrap())
    };
    assert_eq!(part("u"), "u");
    assert_eq!(part("p\"w"), "p\\\"w");
    assert_eq!(part("w   @"), "w\" \\\n  @");
    let kinds = document.parts(text, value.span);
    let kinds: Vec<PartKind> = kinds.iter().map(|part| part.kind).collect();
    assert_eq!(
        kinds,
        [
            PartKind::Quote,
            PartKind::Text,
            PartKind::Escape('"'),
            PartKind::Text,
            PartKind::Quote,
            PartKind::Text,
            PartKind::Continuation,
            PartKind::Text,
        ]
    );
}

#[test]
fn markers_of_a_template_are_opaque() {
    let text = "{# head: \"quotes; # and [brackets\n   over lines #}\n{% if x %}\n[Server]\nAddress = \"{{ lookup('env', \"A#B\") }}\" ; c\n\
                Password = {{ pw | default('}}') }}x\n{% endif %}\n{% for r in rs %}[{{ r.name }} \"{{ r[\"sub\"] }}\"]{% endfor %}\n\
                {{ key }} = <%= value ; # \" %> # d\n{{ lines }}\n{% if y %}Name = z{% endif %}\nBare\n";
    let document = template(text);
    assert_eq!(problems(&document), Vec::<String>::new());
    assert_eq!(
        settings(&document),
        [
            "Server Address={{ lookup('env', \"A#B\") }}",
            "Server Password={{ pw | default('}}') }}x",
            "{{ r.name }} \"{{ r[\"sub\"] }}\" {{ key }}=<%= value ; # \" %>",
            "{{ r.name }} \"{{ r[\"sub\"] }}\" Name=z",
            "{{ r.name }} \"{{ r[\"sub\"] }}\" Bare",
        ]
    );
    let opaque = document
        .sections
        .iter()
        .flat_map(|section| &section.entries);
    let opaque: Vec<bool> = opaque
        .map(|entry| entry.value.as_ref().is_some_and(|value| value.is_template))
        .collect();
    assert_eq!(opaque, [true, true, true, false, false]);
    assert!(read(text).is_broken());
}

#[test]
fn a_template_may_bring_its_header_from_elsewhere() {
    assert_eq!(
        problems(&template("{{ header }}\nKey = x\n")),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&template("{% include 'a.j2' %}\nKey = x\n")),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&template("{% if a %}\nKey = x\n")),
        ["2:1 expected section header"]
    );
    assert_eq!(
        problems(&template("{# a #}\nKey = x\n")),
        ["2:1 expected section header"]
    );
}

#[test]
fn kinds_of_markers_are_told_apart() {
    let kinds = |text: &str| -> Vec<MarkerKind> {
        let document = template(text);
        document.markers.iter().map(|marker| marker.kind).collect()
    };
    use MarkerKind::{Comment, Expression, Include, Statement};
    assert_eq!(
        kinds("{{ x }} {{- .Values.x -}} {{iffy}} {{ template.x }} <%= x %>"),
        [Expression; 5]
    );
    assert_eq!(
        kinds("{% if x %} {%- set a = 1 -%} {{ if x }} {{- end }} {{#each x}} {{/each}} <% x %>"),
        [Statement; 7]
    );
    assert_eq!(
        kinds("{{ template \"x\" }} {% include 'x' %} {{> x }} {{ include \"x\" . }}"),
        [Include; 4]
    );
    assert_eq!(
        kinds("{# x #} {{/* x */}} {{! x }} <%# x %> {{- /* x */ -}}"),
        [Comment; 5]
    );
    assert_eq!(kinds("{{ x {% y {# z <% w"), [] as [MarkerKind; 0]);
}

#[test]
fn a_marker_that_is_never_closed_is_text() {
    let document = template("[S]\nName = {{ x\n{{ y\nOther = z\n");
    assert_eq!(problems(&document), ["3:1 illegal character U+007B '{'"]);
    assert_eq!(settings(&document), ["S Name={{ x", "S Other=z"]);
}

#[test]
fn many_open_markers_cost_no_more_than_the_text() {
    let text = "{{ ' {% \" {# <% ".repeat(50_000);
    assert!(template(&text).is_broken());
    let closed = format!("{}{}", "{{ \"}}\" ".repeat(50_000), "x");
    assert!(!template(&closed).markers.is_empty());
}

#[test]
fn problems_and_settings_are_bounded() {
    let document = read(&"?\n".repeat(10_000));
    assert_eq!(document.problems.len(), problem::MAX_PROBLEMS);
    let document = read(&format!("[S]\n{}", "k = 1\n".repeat(MAX_ITEMS + 10)));
    assert_eq!(
        problems(&document),
        [format!(
            "{}:1 more than {MAX_ITEMS} sections and settings",
            MAX_ITEMS + 1
        )]
    );
    assert_eq!(document.sections[0].entries.len(), MAX_ITEMS - 1);
}

#[test]
fn names_fold_as_in_go() {
    assert!(same_name("Server", "ſERVER") && same_name("K", "\u{212a}") && same_name("ΣΑΣ", "σας"));
    assert!(!same_name("I", "ı") && !same_name("i", "İ") && !same_name("Groß", "GROSS"));
    assert_eq!(fold("MaxProcesses"), fold("maxprocesses"));
}
