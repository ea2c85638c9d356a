//! What one character is to the tokeniser, and its folded form.

/// The part a character plays in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Han, kana or hangul: searched by single characters and by pairs.
    Cjk(char),
    /// Part of a word, already without width, case and accent.
    Word(char),
    /// Inside a word without splitting it: apostrophes and combining accents.
    Silent,
    /// Splits words.
    Break,
}

/// Full-width forms become their ordinary counterparts.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Classifies one character; the letters of a word come back folded.
pub(super) fn classify(c: char) -> Class {
    if c.is_ascii_alphanumeric() {
        return Class::Word(c.to_ascii_lowercase());
    }
    if is_cjk(c) {
        return Class::Cjk(c);
    }
    if c.is_ascii() {
        return if c == '\'' { Class::Silent } else { Class::Break };
    }
    let narrow = half_width(c);
    if narrow != c {
        return classify(narrow);
    }
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{0300}'..='\u{036f}' => Class::Silent,
        _ if c.is_alphanumeric() => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            Class::Word(without_accent(lower))
        }
        _ => Class::Break,
    }
}

/// Characters written without spaces between words.
pub(super) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{3007}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3fffd}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{ac00}'..='\u{d7a3}')
}

/// Lower-case Latin letters lose their accent. Greek phi and epsilon are spelled in Latin,
/// because those two letters mark phone and e-mail tokens and no text may produce them.
fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' | 'æ' => 'a',
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ε' | 'έ' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'œ' | 'ǒ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ß' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => 'u',
        // The way these are typed in pinyin.
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'v',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'φ' | 'ϕ' => 'f',
        'ϵ' => 'e',
        other => other,
    }
}

/// Writes a folded letter. Letters of scripts whose words contain marks are written as
/// their code in ASCII, so that no engine's own tokeniser can split the word.
pub(super) fn push_letter(out: &mut String, c: char) {
    if (c as u32) < 0x530 {
        out.push(c);
        return;
    }
    out.push('u');
    let code = c as u32;
    let mut shift = 20;
    while shift > 0 && code >> shift == 0 {
        shift -= 4;
    }
    loop {
        let digit = (code >> shift) & 0xf;
        out.push(char::from_digit(digit, 16).unwrap_or('0'));
        if shift == 0 {
            break;
        }
        shift -= 4;
    }
}
