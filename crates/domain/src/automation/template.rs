//! Texts with places for values: `{name}` and `{customer_id.name}`; a brace that is doubled stands for itself.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// The value of a field.
    Field(String),
}

/// Takes a text apart. A brace that is never closed is a brace.
pub fn parse(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            plain.push_str(&tail[..1]);
            rest = after;
            continue;
        }
        let name = tail.strip_prefix('{').and_then(|t| t.split_once('}'));
        match name.filter(|(name, _)| is_name(name)) {
            Some((name, after)) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Field(name.to_owned()));
                rest = after;
            }
            None => {
                plain.push_str(&tail[..1]);
                rest = &tail[1..];
            }
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_fields_and_everything_else_is_text() {
        let field = |s: &str| Piece::Field(s.to_owned());
        let text = |s: &str| Piece::Text(s.to_owned());
        assert_eq!(
            parse("商机{name}：{customer_id.name}"),
            [text("商机"), field("name"), text("："), field("customer_id.name")]
        );
        assert_eq!(parse("a {{name}} {Name} {"), [text("a {name} {Name} {")]);
        assert_eq!(parse(""), []);
    }
}
