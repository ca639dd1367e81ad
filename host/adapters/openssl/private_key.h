// Private keys in PEM: reading them, what they are, and signing with them.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/handles.h"
#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// The first private key of a PEM text: PKCS #8, PKCS #1 (RSA) or SEC 1 (EC); blocks before it are skipped. The error
/// names what is there instead (nothing, an encrypted key, a public key), never the text. Nothing is ever asked for on
/// a terminal.
Result<KeyHandle, std::string> readPrivateKey(std::string_view pem);

bool isRsa(const EVP_PKEY& key);
bool isP256(const EVP_PKEY& key);
bool isEd25519(const EVP_PKEY& key);
int bitsOf(const EVP_PKEY& key);
/// For messages: "an RSA key of 1024 bits", "an EC key on secp384r1", "an ED25519 key".
std::string describe(const EVP_PKEY& key);

/// RSA: PKCS #1 v1.5 with SHA-256. EC: ASN.1 DER with SHA-256. Ed25519: pure, of the data itself (RFC 8032).
std::string signWith(EVP_PKEY& key, std::string_view data);

}  // namespace belfry::openssl
