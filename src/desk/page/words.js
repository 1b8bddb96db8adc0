// Every word of the page, Indonesian first. A test checks that both languages have the same keys.
export const WORDS = {
  id: {
    other_tongue: "English",
    live: "LANGSUNG", late: "TERLAMBAT {n} DTK", cut: "TERPUTUS {n} DTK: yang tampak bisa usang", connecting: "MENYAMBUNG",
    not_official: "Isyarat dari media dan pembicaraan publik, bukan status resmi.",
    plain: "Halaman polos. Yang lengkap ada di / bila program dibangun dengan Node: make demo.",
    token_hint: "Halaman ini meminta token. Mintalah kepada pengelola.", token: "Token", sign_in: "Masuk", token_unknown: "Token tidak dikenal.",
    incidents: "Kejadian", open_count: "{n} terbuka", no_incidents: "Tidak ada kejadian.",
    level: "Tingkat", incident: "Kejadian", age: "Umur", last_hour: "1 jam",
    keys: "j / k: pindah · Enter: buka · Esc: tutup",
    feeds: "Aliran data", feed: "Aliran", kind: "Jenis", state: "Keadaan", delay: "Keterlambatan", received: "Diterima",
    social: "media sosial", news: "berita",
    flowing: "mengalir", quiet: "sepi", silent: "DIAM", stalled: "MACET",
    organic: "alami", amplified: "digerakkan", unclear: "belum jelas",
    opened: "baru", updated: "diperbarui", escalated: "naik tingkat", resolved: "selesai",
    spike: "lonjakan", growth: "bertambah", level_raised: "tingkat naik", calm: "mereda", data_state: "keadaan data",
    delayed: "data terlambat", frozen: "data terhenti", exercise: "LATIHAN",
    chart: "Sejam terakhir: unggahan (garis), biasanya (putus-putus), ambang (tipis)",
    observed: "teramati", expected: "biasanya", critical: "ambang", surprise: "kejutan", ratio: "kali lipat",
    window: "jendela", onset_at: "mulai", opened_at: "dibuka", updated_at: "diperbarui", resolved_at: "selesai",
    topic: "topik", owner: "penanggung jawab", nobody: "belum ada", lead: "lebih dulu {n} dtk: {kind}",
    counts: "Hitungan", posts: "unggahan", originals: "asli", accounts: "akun", texts: "teks", domains: "domain", tag_sets: "kumpulan tagar",
    why: "Mengapa", by_feed: "aliran", by_language: "bahasa", by_place: "tempat", by_term: "kata", everything_else: "lainnya",
    voices: "Siapa bicara lebih dulu", public: "publik", indonesian_press: "pers Indonesia", foreign_press: "pers asing", press: "pers", first_post: "unggahan pertama", half_time: "separuh sudah masuk",
    claimed_first: "menurut waktunya sendiri", by_claim: "menurut waktunya sendiri {n} dtk: {kind}",
    divergence: "Kata yang hanya dipakai satu pihak", sampled: "{n} contoh", no_own_words: "tidak ada",
    divergence_hint: "Dari contoh unggahan saja, tanpa terjemahan: bahasa yang berbeda memakai kata yang berbeda.",
    claims: "Mirip klaim yang sudah diperiksa", matched_posts: "{n} contoh unggahan mirip", fraud_kind: "jenis penipuan", open_check: "buka pemeriksaan fakta", no_check_link: "tanpa tautan",
    claims_hint: "Kemiripan teks saja: tidak berarti unggahan itu salah, dan tidak menunjuk siapa pun.",
    evidence: "Contoh unggahan", no_evidence: "Tidak ditampilkan.", open_post: "buka unggahan",
    history: "Riwayat", close: "Tutup", gone: "Kejadian ini tidak ada lagi di daftar.", failed: "Rincian tidak dapat dimuat.",
    s: "dtk", m: "mnt", h: "jam", d: "hr",
  },
  en: {
    other_tongue: "Bahasa Indonesia",
    live: "LIVE", late: "LATE BY {n} S", cut: "CUT OFF FOR {n} S: what is shown may be old", connecting: "CONNECTING",
    not_official: "A signal from media and public talk, not an official status.",
    plain: "The plain page. The full one is at / if the program was built with Node: make demo.",
    token_hint: "This page asks for a token. Its operator gives you one.", token: "Token", sign_in: "Sign in", token_unknown: "This token is not known.",
    incidents: "Incidents", open_count: "{n} open", no_incidents: "No incidents.",
    level: "Level", incident: "Incident", age: "Age", last_hour: "1 hour",
    keys: "j / k: move · Enter: open · Esc: close",
    feeds: "Feeds", feed: "Feed", kind: "Kind", state: "State", delay: "Delay", received: "Received",
    social: "social media", news: "news",
    flowing: "flowing", quiet: "quiet", silent: "SILENT", stalled: "STALLED",
    organic: "organic", amplified: "amplified", unclear: "unclear",
    opened: "new", updated: "updated", escalated: "escalated", resolved: "resolved",
    spike: "spike", growth: "growth", level_raised: "level raised", calm: "calm", data_state: "state of the data",
    delayed: "data delayed", frozen: "data frozen", exercise: "EXERCISE",
    chart: "The last hour: posts (line), expected (dashed), critical (thin)",
    observed: "observed", expected: "expected", critical: "critical", surprise: "surprise", ratio: "ratio",
    window: "window", onset_at: "onset", opened_at: "opened", updated_at: "updated", resolved_at: "resolved",
    topic: "topic", owner: "owner", nobody: "nobody yet", lead: "first by {n} s: {kind}",
    counts: "Counts", posts: "posts", originals: "originals", accounts: "accounts", texts: "texts", domains: "domains", tag_sets: "tag sets",
    why: "Why", by_feed: "feed", by_language: "language", by_place: "place", by_term: "term", everything_else: "everything else",
    voices: "Who spoke first", public: "public", indonesian_press: "Indonesian press", foreign_press: "foreign press", press: "press", first_post: "first post", half_time: "half had come",
    claimed_first: "by its own time", by_claim: "by their own times {n} s: {kind}",
    divergence: "Words that one side alone uses", sampled: "{n} samples", no_own_words: "none",
    divergence_hint: "From sample posts only, untranslated: other languages have other words.",
    claims: "Resembles a claim that was checked", matched_posts: "{n} sample posts alike", fraud_kind: "a kind of fraud", open_check: "open the fact-check", no_check_link: "no link",
    claims_hint: "Likeness of texts only: it does not mean that a post is false, and it points at nobody.",
    evidence: "Sample posts", no_evidence: "Not shown.", open_post: "open post",
    history: "History", close: "Close", gone: "This incident is no longer in the list.", failed: "The details could not be loaded.",
    s: "s", m: "min", h: "h", d: "d",
  },
};

let tongue = localStorage.getItem("tongue") === "en" ? "en" : "id";

export const currentTongue = () => tongue;

/** The word for `key`, with its {names} replaced. */
export function word(key, values = {}) {
  const text = WORDS[tongue][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Switches the language and fills every element that names a word. */
export function speak(next = tongue) {
  tongue = next;
  localStorage.setItem("tongue", next);
  document.documentElement.lang = next;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
}
