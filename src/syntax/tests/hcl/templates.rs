use super::{at, body, check_pieces, read, template, value};
use crate::syntax::hcl::native;
use crate::syntax::hcl::{ExprKind, Piece};
use crate::syntax::tests::FILE;

/// The template that a bare text is.
#[track_caller]
fn bare(text: &str) -> String {
    let pieces = native::template(text, FILE).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    check_pieces(text, &pieces);
    template(&pieces)
}

#[test]
fn escapes() {
    assert_eq!(read(r#""a\n\r\t\"\\b""#), "`a\n\r\t\"\\b`");
    assert_eq!(read(r#""\u00e9\U0001F600""#), "`é😀`");
    assert_eq!(read(r#""$${a} %%{b} $a %b $$ %% $$$${c}""#), "`${a} %{b} $a %b $$ %% $$${c}`");
    assert_eq!(read("\"$${a}${b}\""), "`${a}${b}`");
    // In a heredoc and in a bare template a backslash is a backslash.
    assert_eq!(read("<<E\na\\n\\\"$${b}\nE"), "`a\\n\\\"${b}\n`");
    assert_eq!(bare("a\\n\"$${b}\" $"), "a\\n\"${b}\" $");
}

#[test]
fn escapes_have_their_own_place() {
    let text = "x = \"aé\\nb\\u00e9$${c}$d\"";
    let tree = body(text);
    let ExprKind::Template(pieces) = &tree.attributes[0].value.kind else { panic!() };
    let places: Vec<_> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(value, span) => (&**value, at(text, *span)),
            _ => panic!(),
        })
        .collect();
    let expected = [("aé", "aé"), ("\n", "\\n"), ("b", "b"), ("é", "\\u00e9"), ("${c}$d", "${c}$d")];
    assert_eq!(places, expected);
    assert_eq!(tree.attributes[0].value.literal().as_deref(), Some("aé\nbé${c}$d"));
}

#[test]
fn interpolation() {
    assert_eq!(read("\"${a}\""), "`${a}`");
    assert_eq!(read("\"a${ b }c${d}\""), "`a${b}c${d}`");
    assert_eq!(read("\"${f(\"${g(\"}\")}\")}\""), "`${f(`${g(`}`)}`)}`");
    assert_eq!(read("\"${{ a = \"}\" }.a}\""), "`${{`a` = `}`}.a}`");
    assert_eq!(read("\"${a ? \"b\" : \"c\"}\""), "`${(a ? `b` : `c`)}`");
    assert_eq!(read("\"${[for x in y : \"${x}\"]}\""), "`${for x in y: `${x}`}`");
}

#[test]
fn directives() {
    assert_eq!(read("\"%{ if a }b%{ else }c%{ endif }d\""), "`%{if a}b%{else}c%{endif}d`");
    assert_eq!(read("\"%{if a}%{endif}\""), "`%{if a}%{else}%{endif}`");
    assert_eq!(
        read("\"%{ for k, v in m }${k}=%{ if v }1%{ endif }%{ endfor }\""),
        "`%{for k, v in m}${k}=%{if v}1%{else}%{endif}%{endfor}`"
    );
    assert_eq!(bare("%{ for x in [1, 2] ~}\n${x}\n%{ endfor ~}\nend"), "%{for x in [1, 2]}${x}\n%{endfor}end");
}

#[test]
fn strip_markers_take_the_white_space_of_their_side() {
    assert_eq!(read("\"a  ${~ b ~}  c\""), "`a${b}c`");
    assert_eq!(read("\"a  ${~ b }  c\""), "`a${b}  c`");
    assert_eq!(read("\"a \\n\\t ${~ b ~} \\n c\""), "`a${b}c`");
    assert_eq!(read("\"a %{~ if b ~} c %{~ else ~} d %{~ endif ~} e\""), "`a%{if b}c%{else}d%{endif}e`");
    // Over lines: only up to the line's end, as HCL reads line by line.
    assert_eq!(bare("a\n%{ if b ~}\n  c\n%{~ endif }\n"), "a\n%{if b}  c%{else}%{endif}\n");
    assert_eq!(bare("  ${~ a }"), "${a}");
    assert_eq!(bare("${a ~}  ${b}"), "${a}${b}");
}

#[test]
fn heredocs() {
    assert_eq!(read("<<EOT\na\n  b\nEOT"), "`a\n  b\n`");
    assert_eq!(read("<<EOT\nEOT"), "``");
    assert_eq!(read("<<EOT\n\nEOT"), "`\n`");
    // The marker stands alone on its line, in whatever depth.
    assert_eq!(read("<<EOT\na EOT\nEOTS\nEOT b\nEOT)\n   EOT  "), "`a EOT\nEOTS\nEOT b\nEOT)\n`");
    assert_eq!(read("<<EOT\n${a} \"b\" # c\nEOT"), "`${a} \"b\" # c\n`");
    assert_eq!(read("f(<<EOT\na\nEOT\n, b)"), "f(`a\n`, b)");
    assert_eq!(read("[<<A\na\nA\n, <<-B\n  b\n  B\n]"), "[`a\n`, `b\n`]");
    assert_eq!(read("<<A\n${f(<<B\nb\nB\n)}\nA"), "`${f(`b\n`)}\n`");
    assert_eq!(read("<<EOT\r\na\r\nEOT\r"), "`a\r\n`");
}

#[test]
fn flush_heredocs_lose_their_common_indentation() {
    let cases = [
        ("<<-E\n    a\n      b\n    c\n    E", "a\n  b\nc\n"),
        ("<<-E\n      a\n    b\n", "  a\nb\n"),
        // A blank line does not count and keeps what it has.
        ("<<-E\n    a\n\n  \n    b\n", "a\n\n  \nb\n"),
        ("<<-E\n\t\ta\n\t b\n", "a\nb\n"),
        ("<<-E\n  \u{2003}a\n   b\n", "a\nb\n"),
        // A sequence at the front of a line has no indentation before it.
        ("<<-E\n    a\n${b}\n", "    a\n${b}\n"),
        ("<<-E\n    a\n    ${b}\n", "a\n${b}\n"),
        ("<<-E\n    a ${b}\n   c ${\"  d\"}  e\n", " a ${b}\nc ${`  d`}  e\n"),
        ("<<-E\n    %{ if a }\n    b\n    %{ endif }\n", "%{if a}\nb\n%{else}%{endif}\n"),
        ("<<-E\r\n    a\r\n\r\n      b\r\n", "a\r\n\r\n  b\r\n"),
    ];
    for (text, expected) in cases {
        let end = if text.ends_with('E') { "" } else { "E" };
        assert_eq!(read(&format!("{text}{end}")), format!("`{expected}`"), "{text:?}");
    }
}

#[test]
fn lines_of_a_heredoc_have_their_places() {
    let text = "x = <<-E\n    é a\n      ${b} c\n    d\n  E\ny = <<E\n a\n b ${c}\nE\n";
    let tree = body(text);
    let literals = |index: usize| {
        let ExprKind::Template(pieces) = &tree.attributes[index].value.kind else { panic!() };
        let literal = |piece: &Piece| match piece {
            Piece::Literal(_, span) => at(text, *span).to_owned(),
            Piece::Interpolation(expr) => format!("${}", at(text, expr.span)),
            _ => panic!(),
        };
        pieces.iter().map(literal).collect::<Vec<_>>()
    };
    assert_eq!(
        literals(0),
        ["  é a\n", "    ", "$b", " c\n", "  d\n"]
            .map(|line| line.trim_start_matches("  "))
            .map(|line| if line.is_empty() { "  " } else { line })
    );
    assert_eq!(literals(1), [" a\n b ", "$c", "\n"]);
    assert_eq!(at(text, tree.attributes[0].value.span), "<<-E\n    é a\n      ${b} c\n    d\n  E");
    assert_eq!(at(text, tree.attributes[1].value.span), "<<E\n a\n b ${c}\nE");
}

#[test]
fn bare_templates() {
    assert_eq!(bare(""), "");
    assert_eq!(bare("#!/bin/sh\necho \"${a}\" $${b} $(c) %d\n"), "#!/bin/sh\necho \"${a}\" ${b} $(c) %d\n");
    let error = |text: &str| {
        let error = native::template(text, FILE).expect_err(text);
        (error.message.clone(), text[error.span.range()].to_owned())
    };
    assert_eq!(error("a ${b"), ("'${' without closing bracket".into(), "${".into()));
    assert_eq!(error("%{ if a }b"), ("'%{ if }' without '%{ endif }'".into(), "%{ if".into()));
    assert_eq!(error("%{ endfor }"), ("'endfor' that belongs to no directive".into(), "%{ endfor".into()));
    assert_eq!(error("%{ if a }%{ endfor }").0, "'endfor' that belongs to no directive");
    assert_eq!(error("%{ if a }%{ else }%{ else }%{ endif }").0, "'else' that belongs to no directive");
    assert_eq!(error("%{ wile a }"), ("expected 'if', 'else', 'endif', 'for' or 'endfor'".into(), "w".into()));
    assert_eq!(error("${ }"), ("expected an expression".into(), "}".into()));
    assert_eq!(error("${a b}"), ("unexpected text in an expression".into(), "b".into()));
}

#[test]
fn a_reference_to_a_string_is_a_template() {
    let ExprKind::Template(pieces) = value("\"plain\"").kind else { panic!() };
    assert!(matches!(&pieces[..], [Piece::Literal(text, _)] if &**text == "plain"));
}
