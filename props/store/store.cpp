// SPDX-License-Identifier: GPL-2.0-only
#include "props/store/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <random>

namespace mprogcheck {
namespace fs = std::filesystem;
using namespace stored;

namespace {

constexpr int kApplication = 0x6d70726f;  // "mpro", for file(1)
constexpr int kPatience = 10'000;         // ms, for another process that writes

// Each brings the schema up by one.
constexpr std::array<const char*, Store::kSchema> kMigrations{R"(
CREATE TABLE campaign (
  id TEXT PRIMARY KEY, target TEXT NOT NULL, release TEXT NOT NULL, dialect TEXT NOT NULL,
  seed TEXT NOT NULL,  -- unsigned, of 64 bits
  shard INTEGER NOT NULL, shards INTEGER NOT NULL, version TEXT NOT NULL, begun INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE span (
  campaign TEXT NOT NULL, first INTEGER NOT NULL, traces INTEGER NOT NULL,
  operations INTEGER NOT NULL, seconds REAL NOT NULL, ended INTEGER NOT NULL,
  clauses INTEGER NOT NULL, pairs INTEGER NOT NULL, PRIMARY KEY (campaign, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE met (
  campaign TEXT NOT NULL, what TEXT NOT NULL, is_pair INTEGER NOT NULL, times INTEGER NOT NULL,
  PRIMARY KEY (campaign, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
  campaign TEXT NOT NULL, bucket TEXT NOT NULL,
  minimal INTEGER NOT NULL, trace TEXT NOT NULL, breaks TEXT NOT NULL, clause TEXT NOT NULL,
  expected TEXT NOT NULL, observed TEXT NOT NULL, step INTEGER NOT NULL, known TEXT NOT NULL,
  security INTEGER NOT NULL, console TEXT NOT NULL, program TEXT NOT NULL,
  number INTEGER NOT NULL, times INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, PRIMARY KEY (campaign, bucket)
) STRICT, WITHOUT ROWID;
CREATE TABLE mark (
  bucket TEXT NOT NULL, target TEXT NOT NULL, status TEXT NOT NULL, why TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (bucket, target)
) STRICT, WITHOUT ROWID;
)",
                                                              R"(
ALTER TABLE campaign ADD COLUMN guided INTEGER NOT NULL DEFAULT 0;
CREATE TABLE guidance (
  campaign TEXT PRIMARY KEY, traces INTEGER NOT NULL,
  times BLOB NOT NULL  -- of each feature, 32 bits, the lowest byte first
) STRICT, WITHOUT ROWID;
)"};

// Which of two forms of a finding stays: the minimal one, of those the shorter; the rest makes it
// the same one in whatever order they come.
constexpr const char* kBetter =
    "(excluded.minimal, length(finding.trace), finding.trace, excluded.program, excluded.console, "
    "excluded.known, excluded.security, excluded.step) > "
    "(finding.minimal, length(excluded.trace), excluded.trace, finding.program, finding.console, "
    "finding.known, finding.security, finding.step)";

constexpr const char* kForm[] = {"breaks",   "clause",  "expected", "observed", "step",   "known",
                                 "security", "console", "program",  "trace",    "minimal"};

// The columns of a form of a finding, each from the new row if `better` holds.
std::string form_if(std::string_view better) {
  std::string out;
  for (const char* column : kForm)
    out +=
        fmt::format("{0} = CASE WHEN {1} THEN excluded.{0} ELSE finding.{0} END, ", column, better);
  return out;
}

std::int64_t signed_of(std::uint64_t n) {
  return static_cast<std::int64_t>(n);
}
std::uint64_t unsigned_of(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}
std::string text_of(const SQLite::Column& column) {
  return column.getString();
}

std::string bytes_of(const std::vector<std::uint32_t>& numbers) {
  std::string out;
  for (const std::uint32_t n : numbers)
    for (unsigned at = 0; at < 32; at += 8) out += static_cast<char>(n >> at & 0xff);
  return out;
}
std::vector<std::uint32_t> numbers_of(std::string_view bytes) {
  std::vector<std::uint32_t> out(bytes.size() / 4);
  for (std::size_t i = 0; i < 4 * out.size(); ++i)
    out[i / 4] |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * (i % 4));
  return out;
}

// Sixteen bytes of the system's.
std::string draw_id() {
  std::random_device random;
  std::string out;
  for (int i = 0; i < 4; ++i) out += fmt::format("{:08x}", random());
  return out;
}

// SQLite's words are those of its programmers: FILE and what to do are added here.
template <class F>
auto in_store(const fs::path& file, F&& f) {
  try {
    return f();
  } catch (const SQLite::Exception& e) {
    std::string what = e.what();
    if (e.getErrorCode() == SQLITE_NOTADB)
      what = "is no store of campaigns; name another directory, or move the file away";
    else if (e.getErrorCode() == SQLITE_BUSY)
      what = "is in use by another program";
    throw StoreFailed(fmt::format("{}: {}", file.string(), what));
  }
}

void migrate(SQLite::Database& db, const fs::path& file) {
  const int application = db.execAndGet("PRAGMA application_id").getInt();
  const int schema = db.execAndGet("PRAGMA user_version").getInt();
  const int tables = db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  if (application != kApplication && (application != 0 || tables != 0))
    throw StoreFailed(file.string() +
                      ": is a database, but no store of campaigns; name another directory");
  if (schema > Store::kSchema)
    throw StoreFailed(
        fmt::format("{}: was written by a newer mprogcheck: its schema is {}, and "
                    "this one knows {}; use that one",
                    file.string(), schema, Store::kSchema));
  if (application == kApplication && schema == Store::kSchema) return;
  SQLite::Transaction all(db, SQLite::TransactionBehavior::IMMEDIATE);
  for (int i = schema; i < Store::kSchema; ++i) db.exec(kMigrations[static_cast<std::size_t>(i)]);
  db.exec(fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", Store::kSchema,
                      kApplication));
  all.commit();
}

}  // namespace

Store::Store(const fs::path& folder, bool make) : file_(folder / kFile) {
  std::error_code error;
  const fs::file_status status = fs::status(file_, error);
  if (status.type() == fs::file_type::not_found && !make)
    throw StoreFailed(file_.string() + ": there is no store; 'mprogcheck fuzz --out " +
                      folder.string() + "' begins one");
  // A pipe would be waited for.
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw StoreFailed(file_.string() + ": is no file; name another directory");
  in_store(file_, [&] {
    db_ = std::make_unique<SQLite::Database>(
        file_.string(), SQLite::OPEN_READWRITE | (make ? SQLite::OPEN_CREATE : 0), kPatience);
    db_->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(*db_, file_);
  });
}

Store::~Store() = default;

std::string Store::begin(Campaign c) {
  c.id = draw_id();
  in_store(file_, [&] {
    SQLite::Statement add(*db_, "INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    SQLite::bind(add, c.id, c.target, c.release, c.dialect, std::to_string(c.seed),
                 signed_of(c.shard), signed_of(c.shards), c.version, c.begun, int{c.guided});
    add.exec();
  });
  return c.id;
}

void Store::add(const std::string& campaign, const Span& span, const std::vector<Covered>& met,
                const std::vector<Finding>& findings, const Guidance* guidance) {
  in_store(file_, [&] {
    SQLite::Transaction all(*db_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement meet(*db_,
                           "INSERT INTO met VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = "
                           "times + excluded.times");
    for (const Covered& m : met) {
      SQLite::bind(meet, campaign, m.what, int{m.is_pair}, signed_of(m.times));
      meet.exec();
      meet.reset();
    }
    SQLite::Statement see(*db_,
                          "UPDATE finding SET times = times + ?, last_seen = max(last_seen, ?) "
                          "WHERE campaign = ? AND bucket = ?");
    for (const Finding& f : findings) {
      SQLite::bind(see, signed_of(f.times), span.ended, campaign, f.bucket);
      see.exec();
      see.reset();
    }
    SQLite::Statement done(*db_,
                           "INSERT INTO span SELECT ?1, ?2, ?3, ?4, ?5, ?6, count(*) - "
                           "total(is_pair), total(is_pair) FROM met WHERE campaign = ?1");
    SQLite::bind(done, campaign, signed_of(span.first), signed_of(span.traces),
                 signed_of(span.operations), span.seconds, span.ended);
    done.exec();
    if (guidance) {
      SQLite::Statement guide(*db_, "INSERT OR REPLACE INTO guidance VALUES (?, ?, ?)");
      SQLite::bind(guide, campaign, signed_of(guidance->traces));
      const std::string times = bytes_of(guidance->times);
      guide.bind(3, times.data(), static_cast<int>(times.size()));
      guide.exec();
    }
    all.commit();
  });
}

Guidance Store::guidance(const std::string& campaign) const {
  return in_store(file_, [&] {
    SQLite::Statement row(*db_, "SELECT traces, times FROM guidance WHERE campaign = ?");
    row.bind(1, campaign);
    if (!row.executeStep()) return Guidance{};
    return Guidance{unsigned_of(row.getColumn(0)), numbers_of(text_of(row.getColumn(1)))};
  });
}

void Store::keep(const Finding& f) {
  in_store(file_, [&] {
    SQLite::Statement put(
        *db_,
        fmt::format("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, "
                    "?, ?) ON CONFLICT DO UPDATE SET {} number = min(number, "
                    "excluded.number), last_seen = max(last_seen, excluded.last_seen)",
                    form_if(kBetter)));
    SQLite::bind(put, f.campaign, f.bucket, int{f.minimal}, f.trace, f.breaks, f.clause, f.expected,
                 f.observed, signed_of(f.step), f.known, int{f.security}, f.console, f.program,
                 signed_of(f.index), f.first_seen, f.last_seen);
    put.exec();
  });
}

void Store::mark(const Mark& m) {
  in_store(file_, [&] {
    SQLite::Statement put(*db_,
                          "INSERT INTO mark VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                          "status = excluded.status, why = excluded.why, at = excluded.at");
    SQLite::bind(put, m.bucket, m.target, m.status, m.why, m.at);
    put.exec();
  });
}

std::vector<Campaign> Store::campaigns() const {
  return in_store(file_, [&] {
    std::vector<Campaign> out;
    SQLite::Statement row(*db_,
                          "SELECT id, target, release, dialect, seed, shard, shards, version, "
                          "begun, guided FROM campaign ORDER BY begun, target, dialect, shard, id");
    while (row.executeStep()) {
      Campaign& c = out.emplace_back();
      c.id = text_of(row.getColumn(0));
      c.target = text_of(row.getColumn(1));
      c.release = text_of(row.getColumn(2));
      c.dialect = text_of(row.getColumn(3));
      c.seed = std::stoull(text_of(row.getColumn(4)));
      c.shard = unsigned_of(row.getColumn(5));
      c.shards = unsigned_of(row.getColumn(6));
      c.version = text_of(row.getColumn(7));
      c.begun = row.getColumn(8).getInt64();
      c.guided = row.getColumn(9).getInt() != 0;
    }
    return out;
  });
}

// Where two runs of one campaign went on from the same place, the later span begins within the
// earlier, and is left out.
std::vector<Span> Store::spans(const std::string& campaign) const {
  return in_store(file_, [&] {
    std::vector<Span> out;
    SQLite::Statement row(*db_,
                          "SELECT first, traces, operations, seconds, ended, clauses, pairs FROM "
                          "span WHERE campaign = ? ORDER BY first");
    row.bind(1, campaign);
    while (row.executeStep()) {
      const std::uint64_t first = unsigned_of(row.getColumn(0));
      if (!out.empty() && first < out.back().first + out.back().traces) continue;
      Span& s = out.emplace_back();
      s.first = first;
      s.traces = unsigned_of(row.getColumn(1));
      s.operations = unsigned_of(row.getColumn(2));
      s.seconds = row.getColumn(3).getDouble();
      s.ended = row.getColumn(4).getInt64();
      s.clauses = unsigned_of(row.getColumn(5));
      s.pairs = unsigned_of(row.getColumn(6));
    }
    return out;
  });
}

Totals Store::totals(const std::string& campaign) const {
  Totals out;
  for (const Span& s : spans(campaign)) {
    out.traces += s.traces;
    out.operations += s.operations;
    out.seconds += s.seconds;
    if (s.first == out.next) out.next += s.traces;
  }
  return out;
}

std::vector<Covered> Store::met(const std::string& campaign) const {
  return in_store(file_, [&] {
    std::vector<Covered> out;
    SQLite::Statement row(*db_,
                          "SELECT what, is_pair, times FROM met WHERE campaign = ? ORDER BY what");
    row.bind(1, campaign);
    while (row.executeStep())
      out.push_back({text_of(row.getColumn(0)), row.getColumn(1).getInt() != 0,
                     unsigned_of(row.getColumn(2))});
    return out;
  });
}

std::vector<Finding> Store::findings(const std::string& campaign) const {
  return in_store(file_, [&] {
    std::vector<Finding> out;
    SQLite::Statement row(*db_,
                          "SELECT campaign, bucket, breaks, clause, expected, observed, step, "
                          "trace, minimal, number, "
                          "times, known, security, console, program, first_seen, last_seen FROM "
                          "finding WHERE ?1 = '' "
                          "OR campaign = ?1 ORDER BY bucket, first_seen, campaign");
    row.bind(1, campaign);
    while (row.executeStep()) {
      Finding& f = out.emplace_back();
      f.campaign = text_of(row.getColumn(0));
      f.bucket = text_of(row.getColumn(1));
      f.breaks = text_of(row.getColumn(2));
      f.clause = text_of(row.getColumn(3));
      f.expected = text_of(row.getColumn(4));
      f.observed = text_of(row.getColumn(5));
      f.step = unsigned_of(row.getColumn(6));
      f.trace = text_of(row.getColumn(7));
      f.minimal = row.getColumn(8).getInt() != 0;
      f.index = unsigned_of(row.getColumn(9));
      f.times = unsigned_of(row.getColumn(10));
      f.known = text_of(row.getColumn(11));
      f.security = row.getColumn(12).getInt() != 0;
      f.console = text_of(row.getColumn(13));
      f.program = text_of(row.getColumn(14));
      f.first_seen = row.getColumn(15).getInt64();
      f.last_seen = row.getColumn(16).getInt64();
    }
    return out;
  });
}

std::vector<Mark> Store::marks() const {
  return in_store(file_, [&] {
    std::vector<Mark> out;
    SQLite::Statement row(
        *db_, "SELECT bucket, target, status, why, at FROM mark ORDER BY bucket, target");
    while (row.executeStep())
      out.push_back({text_of(row.getColumn(0)), text_of(row.getColumn(1)),
                     text_of(row.getColumn(2)), text_of(row.getColumn(3)),
                     row.getColumn(4).getInt64()});
    return out;
  });
}

std::string Store::status(const Finding& finding, const std::string& target) const {
  return in_store(file_, [&]() -> std::string {
    SQLite::Statement row(*db_, "SELECT status FROM mark WHERE bucket = ? AND target = ?");
    SQLite::bind(row, finding.bucket, target);
    if (row.executeStep()) return text_of(row.getColumn(0));
    return finding.known.empty() ? "open" : "known";
  });
}

void Store::merge(const Store& from) {
  std::error_code error;
  if (fs::equivalent(file_, from.file_, error)) return;
  in_store(file_, [&] {
    SQLite::Statement attach(*db_, "ATTACH ? AS other");
    attach.bind(1, from.file_.string());
    attach.exec();
    try {
      SQLite::Transaction all(*db_, SQLite::TransactionBehavior::IMMEDIATE);
      db_->exec("INSERT OR IGNORE INTO campaign SELECT * FROM other.campaign");
      db_->exec(
          "INSERT INTO span SELECT * FROM other.span WHERE true ON CONFLICT DO UPDATE SET "
          "traces = excluded.traces, operations = excluded.operations, seconds = "
          "excluded.seconds, ended = excluded.ended, clauses = excluded.clauses, pairs = "
          "excluded.pairs WHERE (excluded.traces, span.ended, span.seconds, excluded.clauses, "
          "excluded.pairs) > (span.traces, excluded.ended, excluded.seconds, span.clauses, "
          "span.pairs)");
      db_->exec(
          "INSERT INTO met SELECT * FROM other.met WHERE true ON CONFLICT DO UPDATE SET times = "
          "max(times, excluded.times)");
      db_->exec(
          "INSERT INTO guidance SELECT * FROM other.guidance WHERE true ON CONFLICT DO UPDATE SET "
          "traces = excluded.traces, times = excluded.times WHERE excluded.traces > "
          "guidance.traces");
      db_->exec(fmt::format(
          "INSERT INTO finding SELECT * FROM other.finding WHERE true ON CONFLICT DO UPDATE SET {} "
          "number = min(number, excluded.number), times = max(times, excluded.times), "
          "first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, "
          "excluded.last_seen)",
          form_if(kBetter)));
      db_->exec(
          "INSERT INTO mark SELECT * FROM other.mark WHERE true ON CONFLICT DO UPDATE SET "
          "status = excluded.status, why = excluded.why, at = excluded.at WHERE (excluded.at, "
          "excluded.status, excluded.why) > (mark.at, mark.status, mark.why)");
      all.commit();
    } catch (...) {
      db_->exec("DETACH other");
      throw;
    }
    db_->exec("DETACH other");
  });
}

std::string Store::integrity() const {
  return in_store(file_, [&] { return db_->execAndGet("PRAGMA integrity_check").getString(); });
}

}  // namespace mprogcheck
