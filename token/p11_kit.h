#ifndef TOKEN_P11_KIT_H
#define TOKEN_P11_KIT_H

/* The door to p11-kit (modules of PKCS#11 and RFC 7512), which is loaded when it is first needed.
 */

#include "token/device.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Its functions that are used, without their p11_kit. */
typedef struct pds_p11_kit {
    __typeof__(p11_kit_modules_load) *modules_load;
    __typeof__(p11_kit_module_load) *module_load;
    __typeof__(p11_kit_module_initialize) *module_initialize;
    __typeof__(p11_kit_module_release) *module_release;
    __typeof__(p11_kit_module_get_filename) *module_get_filename;
    __typeof__(p11_kit_module_get_name) *module_get_name;
    __typeof__(p11_kit_config_option) *config_option;
    __typeof__(p11_kit_message) *message;
    __typeof__(p11_kit_strerror) *strerror;
    __typeof__(p11_kit_be_quiet) *be_quiet;
    __typeof__(p11_kit_uri_new) *uri_new;
    __typeof__(p11_kit_uri_free) *uri_free;
    __typeof__(p11_kit_uri_parse) *uri_parse;
    __typeof__(p11_kit_uri_format) *uri_format;
    __typeof__(p11_kit_uri_message) *uri_message;
    __typeof__(p11_kit_uri_any_unrecognized) *uri_any_unrecognized;
    __typeof__(p11_kit_uri_get_module_name) *uri_get_module_name;
    __typeof__(p11_kit_uri_get_module_path) *uri_get_module_path;
    __typeof__(p11_kit_uri_set_module_path) *uri_set_module_path;
    __typeof__(p11_kit_uri_get_slot_id) *uri_get_slot_id;
    __typeof__(p11_kit_uri_get_token_info) *uri_get_token_info;
    __typeof__(p11_kit_uri_match_token_info) *uri_match_token_info;
    __typeof__(p11_kit_uri_match_slot_info) *uri_match_slot_info;
    __typeof__(p11_kit_uri_match_module_info) *uri_match_module_info;
    __typeof__(p11_kit_uri_get_attribute) *uri_get_attribute;
    __typeof__(p11_kit_uri_set_attribute) *uri_set_attribute;
} pds_p11_kit;

/* errors: PDS_E_LIBRARY_MISSING */
PDS_USE pds_code pds_p11_kit_load(const pds_p11_kit **out, pds_err *e);

/* ---- p11_module.c ---- */

/* Modules that are loaded, until the process ends: those that the system's configuration names, or
 * the one of a path. Lent. errors: PDS_E_LIBRARY_MISSING; PDS_E_KEY_UNREADABLE the module of the
 * path; PDS_E_TOKEN_FAILED; PDS_E_NO_MEMORY */
typedef struct pds_p11_modules {
    CK_FUNCTION_LIST **items; /* NULL ends them */
    const char *note;         /* the last that could not be loaded, and why; NULL: none */
} pds_p11_modules;
PDS_USE pds_code pds_p11_modules_get(const char *path, pds_p11_modules *out, pds_err *e);
/* Before it is used, each time: a child of fork() has to begin it anew (PKCS#11, 5.4). errors:
 * PDS_E_KEY_UNREADABLE */
PDS_USE pds_code pds_p11_module_begin(CK_FUNCTION_LIST *module, pds_err *e);

/* ---- p11_uri.c ---- */

/* rest: behind "pkcs11:"; the caller frees it. errors: PDS_E_USAGE not RFC 7512, or with a PIN */
PDS_USE pds_code pds_p11_uri_parse(const char *rest, P11KitUri **out, pds_err *e);
void pds_p11_uri_drop(P11KitUri **uri);
/* Names the token, and the module where `like` does. */
PDS_USE pds_code pds_p11_uri_of_token(const P11KitUri *like, const CK_TOKEN_INFO *token,
                                      char out[PDS_DEVICE_URI], pds_err *e);
PDS_USE pds_code pds_p11_uri_of_key(const pds_device_info *info, const pds_device_key *key,
                                    char out[PDS_DEVICE_URI], pds_err *e);

/* The bytes of CKA_ID. */
PDS_USE pds_code pds_p11_id(const pds_device_key *key, pds_buf *out, pds_err *e);

/* ---- p11_session.c ---- */

enum { PDS_P11_IDLE_MAX = 32 };

/* An open token. */
typedef struct pds_p11 {
    CK_FUNCTION_LIST *module;
    CK_SLOT_ID slot;
    pthread_mutex_t lock;
    CK_SESSION_HANDLE main; /* as long as it is open, so that the login stays */
    bool writable;
    bool in;                                  /* there was a login since it was opened */
    CK_SESSION_HANDLE idle[PDS_P11_IDLE_MAX]; /* for signatures; under lock, as the next */
    size_t idle_count;
} pds_p11;

PDS_USE pds_code pds_p11_open(const pds_device_info *info, void **self, pds_err *e);
void pds_p11_close(void *self);
/* A session for one thread until it is given back; a broken one is closed. */
PDS_USE pds_code pds_p11_take(pds_p11 *p, CK_SESSION_HANDLE *out, pds_err *e);
void pds_p11_give(pds_p11 *p, CK_SESSION_HANDLE session, bool sound);
/* Makes the main session one that may write. */
PDS_USE pds_code pds_p11_make_writable(pds_p11 *p, pds_err *e);
/* Modules that may have what the URI means; the tokens in the slots of one of them. */
PDS_USE pds_code pds_p11_places(const char *rest, pds_device_list *out, pds_err *e);
PDS_USE pds_code pds_p11_look(const char *place, const char *rest, pds_device_list *out,
                              pds_err *e);
/* Text of a field that is filled up with blanks, as UTF-8; "?" for what is none. */
void pds_p11_text(const CK_UTF8CHAR *field, size_t size, char *out, size_t room);

/* ---- p11_error.c ---- */

/* The fault that a return value means; what: "sign", "log in" …, translated with it. Of values that
 * say no more than that it failed, the slot is asked whether the token is there. errors: as it
 * says; PDS_OK for CKR_OK */
PDS_USE pds_code pds_p11_check(const pds_p11 *p, CK_RV rv, const char *what, pds_err *e);

/* ---- p11_object.c ---- */

/* One attribute of an object. False: the object has none. */
PDS_USE pds_code pds_p11_attribute(const pds_p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object,
                                   CK_ATTRIBUTE_TYPE type, pds_buf *out, bool *has, pds_err *e);
bool pds_p11_flag(const pds_p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object,
                  CK_ATTRIBUTE_TYPE type, bool otherwise);

enum { PDS_P11_OBJECTS_MAX = 512 };
typedef struct pds_p11_objects {
    CK_OBJECT_HANDLE items[PDS_P11_OBJECTS_MAX];
    size_t count;
} pds_p11_objects;
/* Those that can be seen: of tokens that show nothing before the login, none. */
PDS_USE pds_code pds_p11_objects_find(const pds_p11 *p, CK_SESSION_HANDLE s,
                                      const CK_ATTRIBUTE *wanted, size_t count,
                                      pds_p11_objects *out, pds_err *e);

/* ---- p11_public.c ---- */

/* The public half that an object, a private or a public key's, tells of. *out NULL: none. */
PDS_USE pds_code pds_p11_public_half(const pds_p11 *p, CK_OBJECT_HANDLE object, EVP_PKEY **out,
                                     pds_err *e);

/* ---- p11_hash.c ---- */

/* What parameters of PSS and OAEP call a digest. */
typedef struct pds_p11_hash {
    pds_digest digest;
    CK_MECHANISM_TYPE hash;
    CK_RSA_PKCS_MGF_TYPE mgf;
} pds_p11_hash;
/* DEFAULT: SHA-1, what OAEP says where it says nothing. */
const pds_p11_hash *pds_p11_hash_of(pds_digest digest);

/* ---- slots of pds_device_ops ---- */

PDS_USE pds_code pds_p11_keys(void *self, const char *rest, pds_device_keys *out, pds_err *e);
PDS_USE pds_code pds_p11_pin_state(void *self, pds_pin_state *out, pds_err *e);
PDS_USE pds_code pds_p11_login(void *self, const pds_secret *pin, pds_err *e);
/* For keys that want the PIN each time, behind C_SignInit and C_DecryptInit. */
PDS_USE pds_code pds_p11_login_again(const pds_p11 *p, CK_SESSION_HANDLE s, const pds_secret *pin,
                                     pds_err *e);
PDS_USE pds_code pds_p11_change_pin(void *self, const pds_secret *old, const pds_secret *pin,
                                    pds_err *e);
PDS_USE pds_code pds_p11_unblock(void *self, const pds_secret *puk, const pds_secret *pin,
                                 pds_err *e);
PDS_USE pds_code pds_p11_sign(void *self, const pds_device_key *key, pds_algorithm algorithm,
                              pds_span message, const pds_secret *pin, pds_buf *signature,
                              pds_err *e);
PDS_USE pds_code pds_p11_decrypt(void *self, const pds_device_key *key, const pds_decryption *how,
                                 const pds_secret *pin, pds_buf *locked, pds_err *e);
PDS_USE pds_code pds_p11_read_object(void *self, unsigned number, pds_buf *out, pds_err *e);
PDS_USE pds_code pds_p11_write_object(void *self, unsigned number, pds_span bytes,
                                      const pds_secret *management, pds_err *e);

size_t pds_p11_object_max(void *self);

#ifdef __cplusplus
}
#endif
#endif
