// Owners of OpenSSL's objects.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace belfry::openssl {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using KeyHandle = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using BioHandle = std::unique_ptr<BIO, Release<BIO_free_all>>;
using CertificateHandle = std::unique_ptr<X509, Release<X509_free>>;
using EcdsaParts = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using TimeHandle = std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>>;

}  // namespace belfry::openssl
