//! The formats that are XML, read back by a parser.

use std::collections::HashMap;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use stagecheck::report::Format;
use stagecheck::run::Run;

use super::{nasty, written};

/// Every element's name with its attributes, decoded.
fn elements(xml: &str) -> Vec<(String, HashMap<String, String>)> {
    let mut reader = Reader::from_str(xml);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    (
                        key,
                        attribute
                            .normalized_value(XmlVersion::Implicit1_0)
                            .unwrap()
                            .into_owned(),
                    )
                });
                elements.push((name, attributes.collect()));
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

fn of_name<'e>(
    elements: &'e [(String, HashMap<String, String>)],
    name: &str,
) -> Vec<&'e HashMap<String, String>> {
    let named = elements.iter().filter(|(element, _)| element == name);
    named.map(|(_, attributes)| attributes).collect()
}

#[test]
fn checkstyle_holds_every_finding_below_its_file() {
    let elements = elements(&written(Format::Checkstyle, &nasty::run()));
    let files = of_name(&elements, "file");
    assert_eq!(files.len(), 1);
    assert_eq!(files[0]["name"], nasty::PATH);
    let errors = of_name(&elements, "error");
    assert_eq!(errors.len(), 5);
    let secret = errors
        .iter()
        .find(|error| error["source"] == "stagecheck.hardcoded-secret")
        .unwrap();
    assert_eq!((&*secret["line"], &*secret["column"]), ("2", "16"));
    assert_eq!(secret["severity"], "error");
    assert_eq!(secret["message"], nasty::shown_message());
}

#[test]
fn junit_has_a_case_for_each_rule_and_file_and_one_for_a_clean_file() {
    let elements = elements(&written(Format::Junit, &nasty::run()));
    let cases = of_name(&elements, "testcase");
    let mut names: Vec<(&str, &str)> = cases
        .iter()
        .map(|case| (&*case["classname"], &*case["name"]))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            ("app-config.yaml", "stagecheck"),
            (nasty::PATH, "a-policy"),
            (nasty::PATH, "hardcoded-secret"),
            (nasty::PATH, "unknown:rule,%"),
        ]
    );
    let failures = of_name(&elements, "failure");
    assert_eq!(failures.len(), 2);
    let shown = stagecheck::text::mask::escape(nasty::PATH).into_owned();
    for failure in failures {
        assert!(failure["message"].starts_with(&shown), "{failure:?}");
    }
    let root = of_name(&elements, "testsuites")[0];
    assert_eq!((&*root["tests"], &*root["failures"]), ("4", "2"));
}

#[test]
fn without_findings_they_are_whole_documents() {
    for (format, root) in [
        (Format::Checkstyle, "checkstyle"),
        (Format::Junit, "testsuites"),
    ] {
        assert_eq!(elements(&written(format, &Run::default()))[0].0, root);
    }
}
