//! Typed messages: one line per message, both languages side by side. A missing translation or a wrong argument does
//! not compile.

mod words;
mod words_channels;
mod words_desk;
mod words_growth;
mod words_hooks;
mod words_leaving;
mod words_merge;
mod words_more;
mod words_offline;
mod words_pool;
mod words_rooms;
mod words_rules;
mod words_scoring;
mod words_targets;
mod words_upkeep;

use yew::prelude::*;

/// Language of the interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The BCP 47 tag, as in `lang` and `Accept-Language`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    pub(crate) const fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// Why a job stopped, for the code that the server gives.
    pub(crate) fn stopped(self, code: &str) -> String {
        let lang = match self {
            Lang::Zh => contract::problem::Lang::Zh,
            Lang::En => contract::problem::Lang::En,
        };
        contract::imports::stop_message(lang, code)
    }

    pub(crate) const fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// A number in a message, as a number or written out.
pub(crate) trait Count {
    fn one(&self) -> bool;
}

macro_rules! counts {
    ($($ty:ty),*) => { $( impl Count for $ty { fn one(&self) -> bool { *self == 1 } } )* };
}
counts!(i64, u64, usize);

impl Count for &str {
    fn one(&self) -> bool {
        *self == "1"
    }
}

/// `messages! { key(name: Type) = "中文 {name}", "English {name}"; }` becomes one method of [`Lang`] per line:
/// without arguments it returns `&'static str`, with arguments a `String`. A third text is the English one where the first
/// argument is one.
macro_rules! messages {
    ($( $key:ident $( ( $($a:ident : $ty:ty),+ ) )? = $zh:literal, $en:literal $(, $one:literal)?; )*) => {
        impl crate::i18n::Lang { $( messages!(@f $key ( $($($a : $ty),+)? ) $zh, $en $(, $one)?); )* }
    };
    (@f $key:ident ( $n:ident : $count:ty $(, $a:ident : $ty:ty)* ) $zh:literal, $en:literal, $one:literal) => {
        pub(crate) fn $key(self, $n: $count $(, $a: $ty)*) -> String {
            match self {
                crate::i18n::Lang::Zh => format!($zh),
                crate::i18n::Lang::En if crate::i18n::Count::one(&$n) => format!($one),
                crate::i18n::Lang::En => format!($en),
            }
        }
    };
    (@f $key:ident () $zh:literal, $en:literal) => {
        pub(crate) const fn $key(self) -> &'static str { self.pick($zh, $en) }
    };
    (@f $key:ident ( $($a:ident : $ty:ty),+ ) $zh:literal, $en:literal) => {
        pub(crate) fn $key(self, $($a: $ty),+) -> String {
            match self { crate::i18n::Lang::Zh => format!($zh), crate::i18n::Lang::En => format!($en) }
        }
    };
}
use messages;

/// The language and the way to change it.
#[derive(Clone, PartialEq)]
pub(crate) struct LangCtx {
    pub(crate) lang: Lang,
    pub(crate) set: Callback<Lang>,
}

/// The language of the interface; Chinese outside of a provider.
#[hook]
pub(crate) fn use_lang() -> Lang {
    use_context::<LangCtx>().map_or(Lang::Zh, |c| c.lang)
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn one_is_not_many_in_english() {
        assert_eq!(Lang::En.bulk_done(1), "Updated 1 record");
        assert_eq!(Lang::En.bulk_done(2), "Updated 2 records");
        assert_eq!(Lang::En.pool_deadline_working(1), "First contact within 1 working hour of claiming");
        assert_eq!(Lang::En.rows_n("1"), "1 row");
        assert_eq!(Lang::En.rows_n("0"), "0 rows");
        assert_eq!(Lang::Zh.bulk_done(1), "已更新 1 条");
    }
}
