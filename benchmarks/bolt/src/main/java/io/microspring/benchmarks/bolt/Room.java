package io.microspring.benchmarks.bolt;

import com.alipay.remoting.config.Configs;

/**
 * Room for every call, which bolt would refuse instead. Its settings are those of a
 * process.
 */
final class Room {

	private static final int CALLS = 4096;

	private static final int BYTES = 128 * 1024 * 1024;

	private Room() {
	}

	static void make() {
		System.setProperty(Configs.TP_QUEUE_SIZE, Integer.toString(CALLS));
		System.setProperty(Configs.NETTY_BUFFER_HIGH_WATERMARK, Integer.toString(BYTES));
		System.setProperty(Configs.NETTY_BUFFER_LOW_WATERMARK, Integer.toString(BYTES / 2));
	}

}
