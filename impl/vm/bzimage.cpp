// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/bzimage.hpp"

#include <stdexcept>
#include <vector>

#include "impl/read_file.hpp"
#include "impl/vm/pattern.hpp"
#include "impl/vm/version.hpp"

namespace mprogcheck::vm {
namespace {

// Offsets in the file, of boot.rst.
constexpr std::size_t kSetupSectors = 0x1f1, kKernelSize = 0x1f4, kMagic = 0x202, kProtocol = 0x206,
                      kKernelVersion = 0x20e, kLoadFlags = 0x211, kHeaderEnd = 0x214,
                      kPayloadOffset = 0x248, kPayloadLength = 0x24c;
constexpr std::size_t kSector = 512;
constexpr std::size_t kSetupMost = 256 * kSector;  // the header and the version are in here

class Bytes {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t size() const { return bytes_.size(); }
  std::uint32_t at(std::size_t offset, int width) const {  // little endian, as the protocol has it
    std::uint32_t value = 0;
    for (int i = width; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes_[offset + static_cast<std::size_t>(i)]);
    return value;
  }
  std::string text(std::size_t offset) const {
    if (offset >= size()) return {};
    const std::size_t end = bytes_.find('\0', offset);
    return end == bytes_.npos ? std::string() : bytes_.substr(offset, end - offset);
  }
  bool has(std::size_t offset, std::string_view what) const {
    return bytes_.compare(offset, what.size(), what) == 0;
  }

 private:
  std::string bytes_;
};

std::size_t setup_end(const Bytes& bytes) {
  const std::size_t sectors = bytes.at(kSetupSectors, 1) ? bytes.at(kSetupSectors, 1) : 4;
  return (sectors + 1) * kSector;
}

// `bytes` are the beginning of the file, or all of it; `size` is that of the file.
BzImage header_of(const Bytes& bytes, std::uintmax_t size, const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument(file.string() + ": is no bzImage: " + why);
  };
  if (bytes.size() == 0) refuse("it is empty");
  if (bytes.size() < kHeaderEnd || !bytes.has(kMagic, "HdrS"))
    refuse(
        "it has no x86 boot header (an uncompressed vmlinux, or a kernel for another machine?); "
        "'make bzImage' leaves one in arch/x86/boot");
  if (bytes.at(kProtocol, 2) < 0x200 || !(bytes.at(kLoadFlags, 1) & 1))
    refuse("its boot header is of an old kind");
  const std::uintmax_t wanted = setup_end(bytes) + std::uintmax_t{16} * bytes.at(kKernelSize, 4);
  if (size < wanted)
    throw std::invalid_argument(file.string() + ": is cut off: its header promises " +
                                std::to_string(wanted) + " bytes, and it has " +
                                std::to_string(size) + "; copy or fetch it anew");
  BzImage image;
  image.banner = bytes.text(bytes.at(kKernelVersion, 2) + 0x200);
  image.uname = image.banner.substr(0, image.banner.find(' '));
  if (image.uname.empty()) refuse("it does not say which version it is");
  static const Pattern kDebian(" Debian ([0-9][^ ]*)");
  if (const auto m = kDebian.in(image.banner)) image.version = (*m)[1];
  image.release = release_in(image.version.empty() ? image.uname : image.version);
  if (image.release.empty()) image.release = image.uname;
  return image;
}

}  // namespace

BzImage read_bzimage(const std::filesystem::path& file) {
  try {
    const Bytes bytes(read_beginning(file, kSetupMost));
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    return header_of(bytes, error ? 0 : size, file);
  } catch (const Unreadable& e) {
    throw std::invalid_argument(e.what());
  }
}

std::string payload_of(const std::string& image, const std::filesystem::path& file) {
  const Bytes bytes(image);
  header_of(bytes, image.size(), file);
  // Protocol 2.08 tells where it is; behind it stands its unpacked size.
  constexpr std::uint32_t kSizeBehind = 4;
  if (bytes.at(kProtocol, 2) < 0x208 || bytes.size() < kPayloadLength + 4 ||
      bytes.at(kPayloadLength, 4) <= kSizeBehind)
    return {};
  // The header is anybody's word.
  const std::uintmax_t begin = setup_end(bytes) + bytes.at(kPayloadOffset, 4),
                       length = bytes.at(kPayloadLength, 4) - kSizeBehind;
  if (image.size() < begin + length)
    throw std::invalid_argument(file.string() + ": is cut off: its header promises a kernel of " +
                                std::to_string(length) + " bytes, and the file has " +
                                std::to_string(image.size()) + "; copy or fetch it anew");
  return image.substr(begin, length);
}

}  // namespace mprogcheck::vm
