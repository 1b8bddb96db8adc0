// Every word of the page, Indonesian first. The type makes both languages have the same keys.
import type { Tongue } from "./api";

const INDONESIAN = {
  other_tongue: "English", theme: "Tema", auto: "otomatis", light: "terang", dark: "gelap", wall: "Layar dinding", desk: "Meja",
  live: "LANGSUNG", late: "TERLAMBAT {n} DTK", cut: "TERPUTUS {n} DTK: yang tampak bisa usang", connecting: "MENYAMBUNG",
  frozen_feeds: "ALIRAN BERHENTI: {names}",
  not_official: "Isyarat dari media dan pembicaraan publik, bukan status resmi.",
  incidents: "Kejadian", open_count: "{n} terbuka", no_incidents: "Tidak ada kejadian terbuka. Bila keadaan di atas LANGSUNG, memang sedang tenang.", none_found: "Tidak ada yang cocok dengan saringan.",
  filter: "Saring", with_resolved: "yang selesai juga", all_places: "semua tempat",
  level: "Tingkat", incident: "Kejadian", age: "Umur", last_hour: "1 jam", map: "Peta provinsi", map_hint: "Bentuk dan angka: tingkat tertinggi, jumlah kejadian terbuka. Pilih untuk menyaring.",
  map_tile: "{name}: {n} kejadian, tertinggi {level}", map_calm: "{name}: tidak ada kejadian",
  feeds: "Aliran data", feed: "Aliran", kind: "Jenis", state: "Keadaan", delay: "Terlambat", received: "Diterima",
  social: "media sosial", news: "berita", flowing: "mengalir", quiet: "sepi", silent: "DIAM", stalled: "MACET",
  organic: "alami", amplified: "digerakkan", unclear: "belum jelas",
  opened: "baru", updated: "diperbarui", escalated: "naik tingkat", resolved: "selesai",
  spike: "lonjakan", growth: "bertambah", level_raised: "tingkat naik", calm: "mereda",
  delayed: "data terlambat", frozen: "data terhenti", exercise: "LATIHAN",
  chart: "Unggahan tiap {n} detik, sampai pembaruan terakhir", observed: "teramati", expected: "biasanya", critical: "ambang", numbers: "Angka grafik",
  onset_at: "mulai", opened_at: "dibuka", updated_at: "diperbarui", resolved_at: "selesai",
  summary: "{observed} dalam {window}, biasanya {expected}, ambang {critical}: {ratio} kali lipat, kejutan {surprise}",
  topic: "topik", owner: "penanggung jawab", nobody: "belum ada", lead: "lebih dulu {n} dtk: {kind}",
  counts: "Hitungan", posts: "unggahan", originals: "asli", accounts: "akun", texts: "teks", domains: "domain", tag_sets: "kumpulan tagar",
  why: "Mengapa", why_hint: "Tiap batang membagi kejutan {n} menurut satu hal.", by_feed: "aliran", by_language: "bahasa", by_place: "tempat", by_term: "kata", everything_else: "lainnya",
  voices: "Siapa bicara lebih dulu", public: "publik", indonesian_press: "pers Indonesia", foreign_press: "pers asing", press: "pers", first_post: "unggahan pertama", half_time: "separuh sudah masuk",
  claims: "Mirip klaim yang sudah diperiksa", matched_posts: "{n} contoh unggahan mirip", fraud_kind: "jenis penipuan", open_check: "buka pemeriksaan fakta", no_check_link: "tanpa tautan",
  claims_hint: "Kemiripan teks saja: tidak berarti unggahan itu salah, dan tidak menunjuk siapa pun.",
  where: "Di mana, bahasa apa, kata apa", evidence: "Contoh unggahan", no_evidence: "Tidak ditampilkan.", open_post: "buka unggahan",
  history: "Riwayat", close: "Tutup", gone: "Kejadian ini tidak ada lagi di daftar.", failed: "Rincian tidak dapat dimuat.", loading: "Memuat …",
  brief: "Ringkasan (Markdown)", json: "JSON", print: "Cetak",
  s: "dtk", m: "mnt", h: "jam", d: "hr", "1m": "1 menit", "5m": "5 menit", "1h": "1 jam", "1d": "1 hari",
  help: "Bantuan", keys: "Tombol", key_move: "pindah", key_open: "buka", key_close: "tutup", key_filter: "saring", key_wall: "layar dinding", key_help: "bantuan ini", keys_on: "tombol tunggal aktif",
  sign_in: "Masuk", token: "Token", token_hint: "Halaman ini meminta token. Mintalah kepada pengelola.", token_unknown: "Token tidak dikenal.",
};

export type Word = keyof typeof INDONESIAN;

const ENGLISH: Record<Word, string> = {
  other_tongue: "Bahasa Indonesia", theme: "Theme", auto: "automatic", light: "light", dark: "dark", wall: "Wall screen", desk: "Desk",
  live: "LIVE", late: "LATE BY {n} S", cut: "CUT OFF FOR {n} S: what is shown may be old", connecting: "CONNECTING",
  frozen_feeds: "FEED STOPPED: {names}",
  not_official: "A signal from media and public talk, not an official status.",
  incidents: "Incidents", open_count: "{n} open", no_incidents: "No open incidents. If the state above says LIVE, it is calm indeed.", none_found: "Nothing matches the filter.",
  filter: "Filter", with_resolved: "resolved ones too", all_places: "all places",
  level: "Level", incident: "Incident", age: "Age", last_hour: "1 hour", map: "Map of provinces", map_hint: "Shape and number: highest level, open incidents. Choose one to filter.",
  map_tile: "{name}: {n} incidents, highest {level}", map_calm: "{name}: no incidents",
  feeds: "Feeds", feed: "Feed", kind: "Kind", state: "State", delay: "Delay", received: "Received",
  social: "social media", news: "news", flowing: "flowing", quiet: "quiet", silent: "SILENT", stalled: "STALLED",
  organic: "organic", amplified: "amplified", unclear: "unclear",
  opened: "new", updated: "updated", escalated: "escalated", resolved: "resolved",
  spike: "spike", growth: "growth", level_raised: "level raised", calm: "calm",
  delayed: "data delayed", frozen: "data frozen", exercise: "EXERCISE",
  chart: "Posts every {n} seconds, up to the last update", observed: "observed", expected: "expected", critical: "critical", numbers: "Numbers of the chart",
  onset_at: "onset", opened_at: "opened", updated_at: "updated", resolved_at: "resolved",
  summary: "{observed} in {window}, usually {expected}, critical {critical}: {ratio} times, surprise {surprise}",
  topic: "topic", owner: "owner", nobody: "nobody yet", lead: "first by {n} s: {kind}",
  counts: "Counts", posts: "posts", originals: "originals", accounts: "accounts", texts: "texts", domains: "domains", tag_sets: "tag sets",
  why: "Why", why_hint: "Each bar splits the surprise of {n} by one thing.", by_feed: "feed", by_language: "language", by_place: "place", by_term: "term", everything_else: "everything else",
  voices: "Who spoke first", public: "public", indonesian_press: "Indonesian press", foreign_press: "foreign press", press: "press", first_post: "first post", half_time: "half had come",
  claims: "Resembles a claim that was checked", matched_posts: "{n} sample posts alike", fraud_kind: "a kind of fraud", open_check: "open the fact-check", no_check_link: "no link",
  claims_hint: "Likeness of texts only: it does not mean that a post is false, and it points at nobody.",
  where: "Where, in which languages, which words", evidence: "Sample posts", no_evidence: "Not shown.", open_post: "open post",
  history: "History", close: "Close", gone: "This incident is no longer in the list.", failed: "The details could not be loaded.", loading: "Loading …",
  brief: "Brief (Markdown)", json: "JSON", print: "Print",
  s: "s", m: "min", h: "h", d: "d", "1m": "1 minute", "5m": "5 minutes", "1h": "1 hour", "1d": "1 day",
  help: "Help", keys: "Keys", key_move: "move", key_open: "open", key_close: "close", key_filter: "filter", key_wall: "wall screen", key_help: "this help", keys_on: "single keys are on",
  sign_in: "Sign in", token: "Token", token_hint: "This page asks for a token. Its operator gives you one.", token_unknown: "This token is not known.",
};

const WORDS: Record<Tongue, Record<Word, string>> = { id: INDONESIAN, en: ENGLISH };

class Speech {
  tongue = $state<Tongue>(localStorage.getItem("tongue") === "en" ? "en" : "id");

  switch() {
    this.tongue = this.tongue === "id" ? "en" : "id";
    localStorage.setItem("tongue", this.tongue);
  }
}

/** The language that the page speaks. */
export const speech = new Speech();

/** The word for `key`, with its {names} replaced; a key from the data that is no word stays as it is. */
export function word(key: Word | (string & {}), values: Record<string, string | number> = {}): string {
  const text = key in INDONESIAN ? WORDS[speech.tongue][key as Word] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
