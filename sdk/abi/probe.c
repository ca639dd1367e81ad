/* Written by renew.py: a library that uses every type of the ABI, for abidiff. */
#include <belfry/auth.h>
#include <belfry/base.h>
#include <belfry/channel.h>
#include <belfry/exchange.h>
#include <belfry/host.h>
#include <belfry/plugin.h>
#include <belfry/steps.h>
#include <belfry/template.h>

BF_EXPORT void belfry_probe_bf_str(const bf_str *value);
void belfry_probe_bf_str(const bf_str *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_kv(const bf_kv *value);
void belfry_probe_bf_kv(const bf_kv *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_seg(const bf_seg *value);
void belfry_probe_bf_seg(const bf_seg *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_make(const bf_make *value);
void belfry_probe_bf_make(const bf_make *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_sigv4(const bf_sigv4 *value);
void belfry_probe_bf_sigv4(const bf_sigv4 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_header(const bf_header *value);
void belfry_probe_bf_header(const bf_header *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_http(const bf_http *value);
void belfry_probe_bf_http(const bf_http *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_http_reply(const bf_http_reply *value);
void belfry_probe_bf_http_reply(const bf_http_reply *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_dkim(const bf_dkim *value);
void belfry_probe_bf_dkim(const bf_dkim *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_smtp(const bf_smtp *value);
void belfry_probe_bf_smtp(const bf_smtp *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_smtp_answer(const bf_smtp_answer *value);
void belfry_probe_bf_smtp_answer(const bf_smtp_answer *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_smtp_reply(const bf_smtp_reply *value);
void belfry_probe_bf_smtp_reply(const bf_smtp_reply *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_host(const bf_host *value);
void belfry_probe_bf_host(const bf_host *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_log_v1(const bf_log_v1 *value);
void belfry_probe_bf_log_v1(const bf_log_v1 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_metrics_v1(const bf_metrics_v1 *value);
void belfry_probe_bf_metrics_v1(const bf_metrics_v1 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_crypto_v1(const bf_crypto_v1 *value);
void belfry_probe_bf_crypto_v1(const bf_crypto_v1 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_credentials_v1(const bf_credentials_v1 *value);
void belfry_probe_bf_credentials_v1(const bf_credentials_v1 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_plugin(const bf_plugin *value);
void belfry_probe_bf_plugin(const bf_plugin *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_result(const bf_result *value);
void belfry_probe_bf_result(const bf_result *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_item(const bf_item *value);
void belfry_probe_bf_item(const bf_item *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_event(const bf_event *value);
void belfry_probe_bf_event(const bf_event *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_credential(const bf_credential *value);
void belfry_probe_bf_credential(const bf_credential *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_claims(const bf_claims *value);
void belfry_probe_bf_claims(const bf_claims *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_signed(const bf_signed *value);
void belfry_probe_bf_signed(const bf_signed *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_ops(const bf_ops *value);
void belfry_probe_bf_ops(const bf_ops *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_attachment(const bf_attachment *value);
void belfry_probe_bf_attachment(const bf_attachment *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_msg(const bf_msg *value);
void belfry_probe_bf_msg(const bf_msg *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_presented(const bf_presented *value);
void belfry_probe_bf_presented(const bf_presented *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_webhook(const bf_webhook *value);
void belfry_probe_bf_webhook(const bf_webhook *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_query(const bf_query *value);
void belfry_probe_bf_query(const bf_query *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_req(const bf_req *value);
void belfry_probe_bf_req(const bf_req *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_input(const bf_input *value);
void belfry_probe_bf_input(const bf_input *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_machine_v1(const bf_machine_v1 *value);
void belfry_probe_bf_machine_v1(const bf_machine_v1 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_source(const bf_source *value);
void belfry_probe_bf_source(const bf_source *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_template_error(const bf_template_error *value);
void belfry_probe_bf_template_error(const bf_template_error *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_render(const bf_render *value);
void belfry_probe_bf_render(const bf_render *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_template_v1(const bf_template_v1 *value);
void belfry_probe_bf_template_v1(const bf_template_v1 *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_op(const bf_op *value);
void belfry_probe_bf_op(const bf_op *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_inst(const bf_inst *value);
void belfry_probe_bf_inst(const bf_inst *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_engine(const bf_engine *value);
void belfry_probe_bf_engine(const bf_engine *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_template(const bf_template *value);
void belfry_probe_bf_template(const bf_template *value) { (void)value; }
BF_EXPORT void belfry_probe_bf_write(const bf_write *value);
void belfry_probe_bf_write(const bf_write *value) { (void)value; }
