package io.microspring.plugins.broker.nsq;

/**
 * A message as nsqd sends it.
 *
 * @param id by what it is spoken of, 16 characters
 * @param attempts how often nsqd has sent it, this time included
 * @param body the message
 */
record NsqMessage(String id, int attempts, byte[] body) {

}
