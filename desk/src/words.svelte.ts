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
  feeds: "Aliran data", feed: "Aliran", kind: "Jenis", state: "Keadaan", delay: "Terlambat", waiting: "Menunggu", received: "Diterima",
  out_counted: "dihitung", out_irrelevant: "di luar Indonesia", out_untopical: "tanpa topik", out_duplicate: "ganda", out_late: "terlambat", out_refused: "ditolak",
  social: "media sosial", news: "berita", flowing: "mengalir", quiet: "sepi", silent: "DIAM", stalled: "MACET",
  organic: "alami", amplified: "digerakkan", unclear: "belum jelas",
  opened: "baru", updated: "diperbarui", escalated: "naik tingkat", resolved: "selesai",
  spike: "lonjakan", growth: "bertambah", level_raised: "tingkat naik", calm: "mereda", data_state: "keadaan data",
  delayed: "data terlambat", frozen: "data terhenti", exercise: "LATIHAN",
  chart: "Unggahan tiap {n} detik, sampai pembaruan terakhir", observed: "teramati", expected: "biasanya", critical: "ambang", numbers: "Angka grafik",
  onset_at: "mulai", opened_at: "dibuka", updated_at: "diperbarui", resolved_at: "selesai",
  summary: "{observed} dalam {window}, biasanya {expected}, ambang {critical}: {ratio} kali lipat, kejutan {surprise}",
  topic: "topik", owner: "penanggung jawab", nobody: "belum ada", lead: "lebih dulu {n} dtk: {kind}",
  counts: "Hitungan", posts: "unggahan", originals: "asli", accounts: "akun", texts: "teks", domains: "domain", tag_sets: "kumpulan tagar",
  why: "Mengapa", why_hint: "Tiap batang membagi kejutan {n} menurut satu hal.", by_feed: "aliran", by_language: "bahasa", by_place: "tempat", by_term: "kata", everything_else: "lainnya", needs: "Tanpa bagian ini tidak akan ada peringatan (perlu {n} unggahan; sisanya dalam kurung):",
  voices: "Siapa bicara lebih dulu", public: "publik", indonesian_press: "pers Indonesia", foreign_press: "pers asing", press: "pers", first_post: "unggahan pertama", half_time: "separuh sudah masuk",
  claimed_first: "menurut waktunya sendiri", by_claim: "menurut waktunya sendiri {n} dtk: {kind}",
  divergence: "Kata yang hanya dipakai satu pihak", sampled: "{n} contoh", no_own_words: "tidak ada",
  divergence_hint: "Dari contoh unggahan saja, tanpa terjemahan: bahasa yang berbeda memakai kata yang berbeda.",
  claims: "Mirip klaim yang sudah diperiksa", matched_posts: "{n} contoh unggahan mirip", fraud_kind: "jenis penipuan", open_check: "buka pemeriksaan fakta", no_check_link: "tanpa tautan",
  claims_hint: "Kemiripan teks saja: tidak berarti unggahan itu salah, dan tidak menunjuk siapa pun.",
  where: "Di mana, bahasa apa, kata apa", evidence: "Contoh unggahan", no_evidence: "Tidak ditampilkan.", open_post: "buka unggahan",
  history: "Riwayat", close: "Tutup", gone: "Kejadian ini tidak ada lagi di daftar.", failed: "Rincian tidak dapat dimuat.", loading: "Memuat …",
  rising: "Sedang naik", rising_hint: "Topik yang paling dekat ke ambangnya, tiap 10 detik.", nothing_rising: "Tidak ada yang mendekati ambang.", of_critical: "dari ambang", is_spike: "melonjak",
  handover: "Serah terima", shift_begin: "Awal giliran (WIB)", handover_file: "serah-terima", markdown: "Markdown", still_open: "Masih terbuka", over_in_shift: "Selesai dalam giliran ini", over_count: "{n} selesai", changed: "Yang berubah",
  began_in_shift: "Baru dalam giliran ini", opened_as: "dibuka sebagai {level}", unchanged: "tidak berubah", updates: "{n} pembaruan, tingkat tetap", taken_by: "diambil {who}", handover_nothing: "Tidak ada yang terbuka atau berubah.", handover_gap: "Sebagian riwayat giliran ini sudah tidak tersimpan.",
  travel: "Mundur waktu", past: "Waktu lampau", past_now: "INI KEADAAN LAMPAU, BUKAN SEKARANG", past_time: "waktu (WIB)", past_step: "geser waktu", past_leave: "Kembali ke sekarang", past_kept: "Tersimpan sejak {date}", past_gone: "Keadaan pada waktu itu tidak tersimpan lagi.", no_incidents_then: "Pada waktu itu tidak ada kejadian.",
  sound: "Suara", on: "hidup", off: "mati", cap: "CAP", owner_short: "Oleh", snoozed: "ditunda", false_alarm: "alarm palsu", until: "sampai {date}", actions: "Tindakan", note: "Catatan", cancel: "Batal", in_name_of: "Dicatat atas nama", your_name: "Nama Anda", for_how_long: "Berapa lama",
  do_acknowledge: "Tangani", do_snooze: "Tunda", do_close: "Tutup kejadian", do_reopen: "Buka lagi", do_false_alarm: "Alarm palsu", do_note: "Catatan",
  do_acknowledge_hint: "Anda menjadi penanggung jawab; pengingat berhenti.", do_snooze_hint: "Tidak ada pemberitahuan sampai waktunya habis atau tingkatnya naik.", do_close_hint: "Kejadian selesai bagi semua.", do_reopen_hint: "Kejadian terbuka lagi bagi semua.", do_false_alarm_hint: "Tidak ada kejadian sebenarnya; kejadian ditutup dan ditandai.", do_note_hint: "Terlihat oleh semua yang membaca kejadian ini.",
  act_forbidden: "Token ini hanya boleh membaca.", act_failed: "Belum tercatat:",
  acknowledged: "ditangani", closed: "ditutup", reopened: "dibuka lagi", noted: "catatan", topics_joined: "topik bergabung", character_changed: "sifat berubah", claim_found: "klaim ditemukan", merged: "digabung",
  watch_trial: "Coba topik pantauan", watch_hint: "Dicoba pada unggahan terbaru yang masih tersimpan; tidak ada yang berubah. Pisahkan kata dengan koma; kata* berarti awalan.", watch_id: "Nama (huruf, angka, tanda hubung)", watch_any: "Salah satu dari", watch_all: "Semua dari", watch_none: "Tidak satu pun dari",
  watch_try: "Coba", watch_busy: "Menghitung …", watch_matched: "{n} dari {posts} unggahan cocok", watch_series: "Tiap batang {span}, tertinggi {n}", watch_incidents: "{n} kejadian akan terbuka", watch_save: "Simpan TOML",
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
  feeds: "Feeds", feed: "Feed", kind: "Kind", state: "State", delay: "Delay", waiting: "Waiting", received: "Received",
  out_counted: "counted", out_irrelevant: "not about Indonesia", out_untopical: "without topic", out_duplicate: "duplicate", out_late: "late", out_refused: "refused",
  social: "social media", news: "news", flowing: "flowing", quiet: "quiet", silent: "SILENT", stalled: "STALLED",
  organic: "organic", amplified: "amplified", unclear: "unclear",
  opened: "new", updated: "updated", escalated: "escalated", resolved: "resolved",
  spike: "spike", growth: "growth", level_raised: "level raised", calm: "calm", data_state: "state of the data",
  delayed: "data delayed", frozen: "data frozen", exercise: "EXERCISE",
  chart: "Posts every {n} seconds, up to the last update", observed: "observed", expected: "expected", critical: "critical", numbers: "Numbers of the chart",
  onset_at: "onset", opened_at: "opened", updated_at: "updated", resolved_at: "resolved",
  summary: "{observed} in {window}, usually {expected}, critical {critical}: {ratio} times, surprise {surprise}",
  topic: "topic", owner: "owner", nobody: "nobody yet", lead: "first by {n} s: {kind}",
  counts: "Counts", posts: "posts", originals: "originals", accounts: "accounts", texts: "texts", domains: "domains", tag_sets: "tag sets",
  why: "Why", why_hint: "Each bar splits the surprise of {n} by one thing.", by_feed: "feed", by_language: "language", by_place: "place", by_term: "term", everything_else: "everything else", needs: "Without this part there would be no alert ({n} posts needed; what would be left in brackets):",
  voices: "Who spoke first", public: "public", indonesian_press: "Indonesian press", foreign_press: "foreign press", press: "press", first_post: "first post", half_time: "half had come",
  claimed_first: "by its own time", by_claim: "by their own times {n} s: {kind}",
  divergence: "Words that one side alone uses", sampled: "{n} samples", no_own_words: "none",
  divergence_hint: "From sample posts only, untranslated: other languages have other words.",
  claims: "Resembles a claim that was checked", matched_posts: "{n} sample posts alike", fraud_kind: "a kind of fraud", open_check: "open the fact-check", no_check_link: "no link",
  claims_hint: "Likeness of texts only: it does not mean that a post is false, and it points at nobody.",
  where: "Where, in which languages, which words", evidence: "Sample posts", no_evidence: "Not shown.", open_post: "open post",
  history: "History", close: "Close", gone: "This incident is no longer in the list.", failed: "The details could not be loaded.", loading: "Loading …",
  rising: "Rising now", rising_hint: "Topics nearest to their critical count, every 10 seconds.", nothing_rising: "Nothing is near its critical count.", of_critical: "of critical", is_spike: "spike",
  handover: "Hand-over", shift_begin: "Begin of shift (WIB)", handover_file: "hand-over", markdown: "Markdown", still_open: "Still open", over_in_shift: "Over in this shift", over_count: "{n} over", changed: "What changed",
  began_in_shift: "New in this shift", opened_as: "opened as {level}", unchanged: "unchanged", updates: "{n} updates, same level", taken_by: "taken by {who}", handover_nothing: "Nothing is open or has changed.", handover_gap: "Part of this shift's history is no longer kept.",
  travel: "Look back", past: "The past", past_now: "THIS IS THE PAST, NOT NOW", past_time: "time (WIB)", past_step: "move the time", past_leave: "Back to now", past_kept: "Kept since {date}", past_gone: "What held then is no longer kept.", no_incidents_then: "There were no incidents then.",
  sound: "Sound", on: "on", off: "off", cap: "CAP", owner_short: "Owner", snoozed: "snoozed", false_alarm: "false alarm", until: "until {date}", actions: "Actions", note: "Note", cancel: "Cancel", in_name_of: "Recorded in the name of", your_name: "Your name", for_how_long: "For how long",
  do_acknowledge: "Acknowledge", do_snooze: "Snooze", do_close: "Close incident", do_reopen: "Reopen", do_false_alarm: "False alarm", do_note: "Note",
  do_acknowledge_hint: "You become the owner; reminders stop.", do_snooze_hint: "Nobody is told until the time is over or the level rises.", do_close_hint: "The incident is over for everyone.", do_reopen_hint: "The incident is open again for everyone.", do_false_alarm_hint: "Nothing really happened; the incident is closed and marked.", do_note_hint: "Everyone who reads this incident sees it.",
  act_forbidden: "This token may only read.", act_failed: "Not recorded yet:",
  acknowledged: "acknowledged", closed: "closed", reopened: "reopened", noted: "note", topics_joined: "topics joined", character_changed: "character changed", claim_found: "claim found", merged: "merged",
  watch_trial: "Try a watch topic", watch_hint: "Tried on the newest posts that are still kept; nothing changes. Commas between words; word* is a beginning.", watch_id: "Name (letters, digits, hyphens)", watch_any: "One of", watch_all: "Each of", watch_none: "None of",
  watch_try: "Try", watch_busy: "Counting …", watch_matched: "{n} of {posts} posts match", watch_series: "Each bar {span}, highest {n}", watch_incidents: "{n} incidents would have opened", watch_save: "Save TOML",
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
