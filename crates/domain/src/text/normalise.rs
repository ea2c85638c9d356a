//! One form for names, phones and e-mails, by which duplicates are found (S1-29, S1-53).

use super::chars::{Class, classify, half_width, push_letter};

/// Legal forms at the end of a company's name, longest first.
const LEGAL_SUFFIXES: [&[char]; 8] = [
    &['股', '份', '有', '限', '公', '司'],
    &['有', '限', '责', '任', '公', '司'],
    &['有', '限', '公', '司'],
    &['股', '份', '公', '司'],
    &['集', '团', '公', '司'],
    &['有', '限', '责', '任'],
    &['集', '团'],
    &['公', '司'],
];

const LEGAL_WORDS: [&str; 17] = [
    "co",
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "llc",
    "llp",
    "corp",
    "corporation",
    "company",
    "gmbh",
    "ag",
    "plc",
    "bv",
    "pte",
    "pty",
    "group",
];

const REGIONS: [&str; 77] = [
    "中国",
    "中华人民共和国",
    "香港",
    "中国香港",
    "澳门",
    "台湾",
    "大陆",
    "亚洲",
    "亚太",
    "华东",
    "华南",
    "华北",
    "华中",
    "西南",
    "西北",
    "东北",
    "北京",
    "上海",
    "天津",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "石家庄",
    "太原",
    "沈阳",
    "大连",
    "长春",
    "哈尔滨",
    "南京",
    "苏州",
    "无锡",
    "常州",
    "杭州",
    "宁波",
    "温州",
    "合肥",
    "福州",
    "厦门",
    "南昌",
    "济南",
    "青岛",
    "郑州",
    "武汉",
    "长沙",
    "广州",
    "深圳",
    "东莞",
    "佛山",
    "珠海",
    "成都",
    "昆明",
    "西安",
];

const FOREIGN_REGIONS: [&str; 5] = ["china", "prc", "hk", "hongkong", "shanghai"];

/// The name by which companies are compared: width, case, accents, punctuation and spaces
/// gone, a bracketed region and the legal form stripped. Never empty unless the name has no
/// letter at all. Applying it twice changes nothing.
///
/// `华为技术（中国）有限公司` gives `华为技术`, `ACME Corporation` gives `acme`.
pub fn normalise_name(name: &str) -> String {
    let words = name_words(&without_region(name));
    let core = match without_legal_words(&words) {
        [] => &words[..],
        core => core,
    };
    let joined: Vec<char> = core.iter().flat_map(|w| w.chars()).collect();
    let mut end = joined.len();
    loop {
        let suffix = legal_suffix_len(&joined[..end]);
        if suffix == 0 || suffix == end {
            break;
        }
        end -= suffix;
    }
    joined[..end].iter().collect()
}

/// A name without its legal form, otherwise as written: `上海张江科技有限公司` gives `上海张江科技`.
pub fn legal_core(name: &str) -> &str {
    let name = name.trim();
    let chars: Vec<char> = name.chars().collect();
    let suffix = legal_suffix_len(&chars);
    if suffix == 0 || suffix == chars.len() {
        return name;
    }
    let bytes: usize = chars[chars.len() - suffix..].iter().map(|c| c.len_utf8()).sum();
    &name[..name.len() - bytes]
}

/// How many characters at the end of a run are a legal form; 公司 alone only after a longer name.
pub(super) fn legal_suffix_len(run: &[char]) -> usize {
    LEGAL_SUFFIXES
        .iter()
        .find(|suffix| run.ends_with(suffix))
        .map_or(0, |suffix| if is_branch(run, suffix) { 0 } else { suffix.len() })
}

/// 分公司 and 子公司 name another company than their parent.
fn is_branch(run: &[char], suffix: &[char]) -> bool {
    suffix == ['公', '司'] && matches!(run.get(run.len().wrapping_sub(3)), Some('分' | '子'))
}

/// A phone in one form: digits, a leading `+` for other countries than China, and `x` with the
/// extension where there is one. `+86 138-0013-8000` gives `13800138000`,
/// `+86 21 6123 4567 转 801` gives `02161234567x801`. `None` when it is not a phone.
pub fn normalise_phone(phone: &str) -> Option<String> {
    let mut digits = String::with_capacity(16);
    let mut extension = None;
    let mut foreign = false;
    for c in phone.trim().chars().map(half_width) {
        match c {
            '0'..='9' => extension.as_mut().unwrap_or(&mut digits).push(c),
            '+' if digits.is_empty() => foreign = true,
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{a0}' | '\t' => {}
            '转' | '轉' | 'x' | 'X' | '#' | '*' if !digits.is_empty() => extension = Some(String::new()),
            'e' | 'E' | 't' | 'T' if !digits.is_empty() => {}
            _ => return None,
        }
    }
    let mut number = national_number(&digits, foreign);
    if !(5..=16).contains(&number.trim_start_matches('+').len()) {
        return None;
    }
    if let Some(extension) = extension.filter(|e| !e.is_empty() && e.len() <= 8) {
        number.push('x');
        number.push_str(&extension);
    }
    Some(number)
}

fn national_number(digits: &str, foreign: bool) -> String {
    let is_mobile = |d: &str| d.len() == 11 && d.starts_with('1');
    let (digits, international) = match digits.strip_prefix("00") {
        Some(rest) if !foreign => (rest, true),
        _ => (digits, foreign),
    };
    match digits.strip_prefix("86") {
        Some(rest) if is_mobile(rest) => rest.to_owned(),
        Some(rest) if international && rest.starts_with(['0', '4']) => rest.to_owned(),
        Some(rest) if international => format!("0{rest}"),
        _ if international => format!("+{digits}"),
        _ => digits.to_owned(),
    }
}

/// An e-mail address in one form: trimmed, half-width, lower case. `None` unless it has a
/// local part, one `@` and a domain with a dot.
pub fn normalise_email(email: &str) -> Option<String> {
    let email: String = email.trim().chars().map(half_width).flat_map(char::to_lowercase).collect();
    let (local, domain) = email.split_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, ',' | ';' | '<' | '>' | '"' | '@');
    let labels_filled = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    (!local.is_empty() && labels_filled && email.len() <= 254 && local.chars().all(plain) && domain.chars().all(plain))
        .then_some(email)
}

/// The letters and digits of an address, cut at everything else.
pub(super) fn email_parts(email: &str) -> Option<Vec<String>> {
    Some(name_words(&normalise_email(email)?))
}

/// Words of letters and digits, folded; CJK characters count as letters.
pub(super) fn name_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        let last = words.len() - 1;
        match classify(c) {
            Class::Cjk(c) => words[last].push(c),
            Class::Word(c) if c.is_ascii() => words[last].push(c),
            Class::Word(c) => push_letter(&mut words[last], c),
            Class::Silent => {}
            Class::Break if words[last].is_empty() => {}
            Class::Break => words.push(String::new()),
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

fn without_legal_words(words: &[String]) -> &[String] {
    let legal = words.iter().rev().take_while(|w| LEGAL_WORDS.contains(&w.as_str())).count();
    &words[..words.len() - legal]
}

/// The name with bracketed regions cut out; other brackets stay and are dropped later.
fn without_region(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(open) = rest.find(['(', '（', '[', '【', '〔']) {
        let after = rest[open..].chars().next().map_or(open, |c| open + c.len_utf8());
        let Some(close) = rest[after..].find([')', '）', ']', '】', '〕']) else {
            break;
        };
        let end = after + close;
        let past = rest[end..].chars().next().map_or(end, |c| end + c.len_utf8());
        out.push_str(&rest[..open]);
        if !is_region(&rest[after..end]) {
            out.push(' ');
            out.push_str(&rest[after..end]);
            out.push(' ');
        }
        rest = &rest[past..];
    }
    out.push_str(rest);
    out
}

fn is_region(text: &str) -> bool {
    let text: String = name_words(text).concat();
    let short = text.strip_suffix(['省', '市', '区']).unwrap_or(&text);
    [text.as_str(), short].iter().any(|t| REGIONS.contains(t) || FOREIGN_REGIONS.contains(t))
}
