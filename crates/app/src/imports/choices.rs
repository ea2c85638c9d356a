//! Which option of a field a text of a file means.

use std::collections::HashMap;

use domain::fields::Choice;

use super::links::fold;
use crate::tabular::suggest::normalise;

/// The options of a field by their keys and labels: as written, then without width, case and blanks, then without signs.
/// A form that several options share means none of them: signs may be all that tells A+ from A-.
#[derive(Default)]
pub(super) struct Options {
    forms: [Form; 3],
}

/// By text, the key of the one option that it means; none where it means several.
type Form = HashMap<String, Option<String>>;

/// From a text to each form, the strictest first.
const FORMS: [fn(&str) -> String; 3] = [str::to_owned, fold, normalise];

impl Options {
    pub(super) fn new(choices: &[Choice]) -> Self {
        let mut options = Self::default();
        for choice in choices {
            for text in [&choice.key, &choice.label.zh, &choice.label.en] {
                for (known, form) in options.forms.iter_mut().zip(FORMS) {
                    let text = form(text.trim());
                    if text.is_empty() {
                        continue;
                    }
                    let means = known.entry(text).or_insert_with(|| Some(choice.key.to_string()));
                    if means.as_deref() != Some(choice.key.as_ref()) {
                        *means = None;
                    }
                }
            }
        }
        options
    }

    /// The key of the option that a text means, if it means just one.
    pub(super) fn find(&self, text: &str) -> Option<&str> {
        self.forms.iter().zip(FORMS).find_map(|(known, form)| known.get(&form(text.trim()))?.as_deref())
    }

    /// Whether more than signs tells a text from all other options, so that texts like it may mean its option.
    pub(super) fn is_distinct(&self, text: &str) -> bool {
        let [.., loosest] = &self.forms;
        loosest.get(&normalise(text)).is_some_and(Option::is_some)
    }
}

#[cfg(test)]
mod tests {
    use domain::fields::choice;

    use super::*;

    #[test]
    fn options_that_differ_only_in_signs_stay_apart() {
        let signs = [choice("A", "A", "A", ""), choice("A+", "A+", "A+", ""), choice("A-", "A-", "A-", "")];
        let options = Options::new(&signs);
        for text in ["A", "A+", "A-"] {
            assert_eq!(options.find(text), Some(text));
        }
        assert_eq!((options.find("ａ＋"), options.find(" a- ")), (Some("A+"), Some("A-")));
        assert_eq!((options.find("A++"), options.find("B")), (None, None));
        let sizes = [choice("s", "<50", "<50", ""), choice("l", ">50", ">50", "")];
        let options = Options::new(&sizes);
        assert_eq!((options.find("<50"), options.find("＞50"), options.find("50")), (Some("s"), Some("l"), None));
        assert!(!options.is_distinct("<50") && options.is_distinct("s"));
        let stars = [choice("1", "★", "★", ""), choice("2", "★★", "★★", "")];
        let options = Options::new(&stars);
        assert_eq!((options.find("★"), options.find("★★"), options.find("★★★")), (Some("1"), Some("2"), None));
    }

    #[test]
    fn signs_do_not_matter_where_one_option_alone_can_be_meant() {
        let options = Options::new(&[choice("key_account", "重点客户", "Key account", "")]);
        for text in ["KEY-ACCOUNT", "key  account", "重点 客户", "重点客户。"] {
            assert_eq!(options.find(text), Some("key_account"), "{text}");
        }
    }
}
