//! People whom a text mentions.

use crate::fields::parse_id;
use uuid::Uuid;

/// The ids of `@[name](id)` in the order of the text, each once.
pub fn mentions(text: &str) -> Vec<Uuid> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("@[") {
        let rest = text.get(at..).unwrap_or_default();
        let id = rest.split_once("](").and_then(|(_, tail)| tail.split_once(')')).and_then(|(id, _)| parse_id(id));
        if let Some(id) = id.filter(|id| !found.contains(id)) {
            found.push(id);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_name_with_an_id() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(mentions(&format!("请 @[李雷]({a}) 和 @[韩梅梅]({b}) 看看，@[李雷]({a})")), [a, b]);
        for none in
            ["", "@李雷", "a@b.cn", "@[李雷]", "@[李雷](x)", "@[李雷](", "[李雷](00000000-0000-0000-0000-000000000001)"]
        {
            assert!(mentions(none).is_empty(), "{none}");
        }
    }
}
