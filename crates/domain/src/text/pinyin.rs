//! Readings of Han characters: the common one, the one in well-known words, and the one
//! a character has as a surname.

use ::pinyin::ToPinyin;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The plain syllables of a run of characters; `None` where there is no reading.
/// Words in which a character is read differently from its common reading are respected.
pub(super) fn readings(run: &[char], out: &mut Vec<Option<&'static str>>) {
    out.clear();
    let mut word = None;
    for (i, &c) in run.iter().enumerate() {
        if let Some(second) = word.take() {
            out.push(Some(second));
            continue;
        }
        let pair = run.get(i + 1).and_then(|&next| word_reading(c, next));
        match pair {
            Some((first, second)) => {
                out.push(Some(first));
                word = Some(second);
            }
            None => out.push(usual_reading(c)),
        }
    }
}

/// The pinyin of a text, syllables separated by spaces, other characters kept in lower case:
/// `吕布 2` gives `lv bu 2`. Used for sorting and for file names.
pub fn to_pinyin(text: &str) -> String {
    let run: Vec<char> = text.chars().collect();
    let mut syllables = Vec::with_capacity(run.len());
    readings(&run, &mut syllables);
    let mut out = String::with_capacity(text.len() * 2);
    let mut after_syllable = false;
    for (&c, syllable) in run.iter().zip(&syllables) {
        match syllable {
            Some(s) => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                push_syllable(&mut out, s);
                after_syllable = true;
            }
            None => {
                if after_syllable && !c.is_whitespace() && c.is_alphanumeric() {
                    out.push(' ');
                }
                out.extend(c.to_lowercase());
                after_syllable = false;
            }
        }
    }
    out
}

/// Writes a syllable in the letters of a keyboard: ü as v.
pub(super) fn push_syllable(out: &mut String, syllable: &str) {
    if syllable.is_ascii() {
        out.push_str(syllable);
    } else {
        out.extend(syllable.chars().map(|c| match c {
            'ü' => 'v',
            'ê' => 'e',
            other => other,
        }));
    }
}

/// The first letter of a syllable.
pub(super) fn initial(syllable: &str) -> char {
    match syllable.chars().next() {
        Some('ê') | None => 'e',
        Some(c) => c,
    }
}

/// Where the syllables of a typed text begin after its first one, up to the first of each way to read it from which at most so
/// many letters are left. Nothing when it cannot be read as syllables of which the last may be unfinished.
pub(super) fn syllables_of(typed: &str, most: usize) -> Vec<usize> {
    let syllables =
        |from: usize| (from + 1..typed.len().min(from + LONGEST + 1)).filter(move |to| is_syllable(&typed[from..*to]));
    let mut goes_on = vec![false; typed.len()];
    for from in (0..typed.len()).rev() {
        goes_on[from] = begins_syllable(&typed[from..]) || syllables(from).any(|to| goes_on[to]);
    }
    let mut reached = vec![false; typed.len()];
    let mut found = Vec::new();
    for from in 0..typed.len().saturating_sub(most) {
        if from == 0 || reached[from] {
            for to in syllables(from)
                .filter(|to| goes_on[*to] && !std::mem::replace(&mut reached[*to], true))
                .collect::<Vec<_>>()
            {
                found.push(to);
            }
        }
    }
    found
}

/// The longest syllables are those like `zhuang`.
pub(super) const LONGEST: usize = 6;

/// Every syllable that a character is read as, in the letters of a keyboard.
static SYLLABLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let planes = ['\u{3007}'..='\u{9fff}', '\u{f900}'..='\u{faff}', '\u{20000}'..='\u{323af}'];
    let common = planes.into_iter().flatten().flat_map(|c| [usual_reading(c), surname_reading(c)]).flatten();
    // Words in which two characters are read otherwise have no syllable that no character has by itself.
    common
        .map(|syllable| {
            let mut typed = String::new();
            push_syllable(&mut typed, syllable);
            typed
        })
        .collect()
});

fn is_syllable(typed: &str) -> bool {
    SYLLABLES.contains(typed)
}

/// Whether some syllable begins like this.
fn begins_syllable(typed: &str) -> bool {
    SYLLABLES
        .range::<str, _>((std::ops::Bound::Included(typed), std::ops::Bound::Unbounded))
        .next()
        .is_some_and(|s| s.starts_with(typed))
}

/// Whether a syllable begins with this letter.
pub(super) fn is_initial(letter: char) -> bool {
    letter.is_ascii_lowercase() && !matches!(letter, 'i' | 'u' | 'v')
}

/// The reading that prevails in names of companies, places and people.
fn usual_reading(c: char) -> Option<&'static str> {
    match c {
        '长' | '長' => Some("chang"),
        '都' => Some("du"),
        '翟' => Some("zhai"),
        '覃' => Some("qin"),
        '地' => Some("di"),
        _ => c.to_pinyin().map(|p| p.plain()),
    }
}

/// How a character is read when it opens a person's name, where that differs from its
/// usual reading.
pub(super) fn surname_reading(c: char) -> Option<&'static str> {
    Some(match c {
        '单' | '單' => "shan",
        '曾' => "zeng",
        '解' => "xie",
        '仇' => "qiu",
        '朴' => "piao",
        '查' => "zha",
        '盖' | '蓋' => "ge",
        '区' | '區' => "ou",
        '乐' | '樂' => "yue",
        '缪' | '繆' => "miao",
        '洗' => "xian",
        '折' => "she",
        '隗' => "wei",
        '员' => "yun",
        '秘' => "bi",
        '召' => "shao",
        '种' => "chong",
        '重' => "chong",
        '繁' => "po",
        '黑' => "he",
        '佴' => "nai",
        '祭' => "zhai",
        '薄' => "bo",
        '卜' => "bu",
        '适' => "kuo",
        '郇' => "xun",
        _ => return None,
    })
}

/// Readings of two characters that together form a word or a surname.
fn word_reading(first: char, second: char) -> Option<(&'static str, &'static str)> {
    Some(match (first, second) {
        ('重', '庆') => ("chong", "qing"),
        ('重', '新') => ("chong", "xin"),
        ('长', '孙') => ("zhang", "sun"),
        ('分', '行') => ("fen", "hang"),
        ('支', '行') => ("zhi", "hang"),
        ('部', '长') => ("bu", "zhang"),
        ('校', '长') => ("xiao", "zhang"),
        ('店', '长') => ("dian", "zhang"),
        ('事', '长') => ("shi", "zhang"),
        ('长', '者') => ("zhang", "zhe"),
        ('成', '长') => ("cheng", "zhang"),
        ('银', '行') => ("yin", "hang"),
        ('商', '行') => ("shang", "hang"),
        ('行', '业') => ("hang", "ye"),
        ('厦', '门') => ("xia", "men"),
        ('音', '乐') => ("yin", "yue"),
        ('乐', '器') => ("yue", "qi"),
        ('会', '计') => ("kuai", "ji"),
        ('西', '藏') => ("xi", "zang"),
        ('六', '安') => ("lu", "an"),
        ('蚌', '埠') => ("beng", "bu"),
        ('番', '禺') => ("pan", "yu"),
        ('乐', '清') => ("yue", "qing"),
        ('参', '茸') => ("shen", "rong"),
        ('尉', '迟') => ("yu", "chi"),
        ('万', '俟') => ("mo", "qi"),
        ('单', '于') => ("chan", "yu"),
        ('澹', '台') => ("tan", "tai"),
        ('六', '合') => ("lu", "he"),
        _ => return None,
    })
}
