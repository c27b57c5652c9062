//! Tells a domain from a file name or the end of a sentence where nothing but the text says so.

use stix::observable::has_file_extension;

/// Country codes among the top-level domains.
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz \
    ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd \
    ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki \
    km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz \
    na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh \
    si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg \
    vi vn vu wf ws ye yt za zm zw";

/// Generic top-level domains that are seen in reports.
const GENERICS: &str = "academy accountant accountants actor adult aero agency app apps army art asia associates auction audio \
    auto autos baby band bank bar beauty beer best bet bid bike bingo bio biz black blog blue boats bond boston boutique build \
    builders business buzz cab cafe cam camera camp capital car cards care career careers cars casa cash casino cat center \
    ceo cfd chat cheap church city claims click clinic clothing cloud club coach codes coffee college com community company \
    computer condos construction consulting contact contractors cooking cool coop country coupons courses credit cricket cruises \
    cyou dad dance data date dating day deals degree delivery democrat dental design dev diamonds diet digital direct directory \
    discount dog domains download earth eco edu education email energy engineer engineering enterprises equipment estate events \
    example exchange expert exposed express fail faith family fans farm fashion finance financial fish fit fitness flights florist \
    flowers football forex forum foundation fun fund furniture futbol fyi gallery game games garden gay gift gifts gives glass \
    global gmbh gold golf gov graphics gratis green gripe group guide guitars guru hair haus health help hiphop hockey holdings \
    holiday homes horse hospital host hosting house icu immo inc industries info ink institute insure int international \
    investments jetzt jewelry jobs kaufen kim kitchen land law lawyer lease legal lgbt life lighting limited limo link live llc \
    loan loans lol london love ltd luxe luxury maison makeup management market marketing markets mba media memorial men menu \
    mil mobi moda mom money monster mortgage moscow motorcycles name net network news ninja nyc observer okinawa one onion onl \
    online ooo org organic page paris partners parts party pet photo photography photos pics pictures pink pizza place plumbing \
    plus poker porn press pro productions promo properties property pub quest racing recipes red rehab reisen rent rentals \
    repair report republican rest restaurant review reviews rip rocks rodeo run sale salon sbs school schule science security \
    select services sex sexy shoes shop shopping show singles site skin ski soccer social software solar solutions space sport \
    store stream studio style sucks supplies supply support surf surgery systems tattoo tax taxi team tech technology tel tennis \
    theater tickets tips tires today tokyo tools top tours town toys trade trading training travel tube university uno vacations \
    vegas ventures vet video villas vin vip vision vodka vote voyage wang watch webcam website wedding wiki win wine work works \
    world wtf xin xxx xyz yachts yoga zone";

/// Top-level domains that are also the endings of files: believed only with three parts or more.
const ALSO_FILES: &str = "ai app cc com md mov pl pm ps py rs sh so zip";

fn has_word(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// Whether a name that was not defanged is a domain. `written` is how it stands in the text.
pub(super) fn is_plausible(written: &str, name: &str) -> bool {
    let labels = name.split('.').count();
    let Some((_, ending)) = name.rsplit_once('.') else {
        return false;
    };
    if has_file_extension(name) || matches!(name, "asp.net" | "vb.net" | "ado.net" | "e.g" | "i.e" | "socket.io") {
        return false;
    }
    if ending != "com" && labels < 3 && has_word(ALSO_FILES, ending) {
        return false;
    }
    // `System.IO`, `End.The`: names of code and sentences without a space; a domain is in one case or all but one.
    let ending_written = written.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let starts_upper = ending_written.starts_with(char::is_uppercase);
    let all_upper = !written.chars().any(char::is_lowercase);
    if starts_upper && !all_upper {
        return false;
    }
    ending.starts_with("xn--") || has_word(COUNTRIES, ending) || has_word(GENERICS, ending)
}
