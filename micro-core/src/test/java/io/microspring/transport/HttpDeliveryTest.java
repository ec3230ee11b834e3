package io.microspring.transport;

import io.microspring.message.Message;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HttpDeliveryTest {

	private static final Receiver NOBODY = new Receiver() {

		@Override
		public void onMessage(Message message) {
			// nothing comes
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			// nor ends
		}

	};

	private final NarrowChannel channel = new NarrowChannel();

	private final HttpDelivery delivery = new HttpDelivery(this.channel, (failure) -> {
	});

	/** Else nothing would be read from the connection any more. */
	@Test
	void connectionIsReadWhenReadingGoesOnWhileAnotherThreadStopsIt() {
		this.delivery.receive(NOBODY);
		this.channel.narrow.beforeHoldingBack = () -> this.delivery.reading(true);
		this.delivery.reading(false);
		assertThat(this.delivery.isReading()).isTrue();
		assertThat(this.channel.narrow.isAutoRead()).isTrue();
	}

	@Test
	void connectionIsNotReadUntilReadingGoesOn() {
		this.delivery.receive(NOBODY);
		this.delivery.reading(false);
		assertThat(this.channel.narrow.isAutoRead()).isFalse();
		this.delivery.reading(true);
		assertThat(this.channel.narrow.isAutoRead()).isTrue();
	}

	private static final class NarrowChannel extends EmbeddedChannel {

		private final NarrowConfig narrow = new NarrowConfig(this);

		@Override
		public ChannelConfig config() {
			// The superclass asks for one while it is made.
			return (this.narrow != null) ? this.narrow : super.config();
		}

	}

	/** One at which another thread may get in between. */
	private static final class NarrowConfig extends DefaultChannelConfig {

		private @Nullable Runnable beforeHoldingBack;

		NarrowConfig(Channel channel) {
			super(channel);
		}

		@Override
		public ChannelConfig setAutoRead(boolean wanted) {
			Runnable other = this.beforeHoldingBack;
			if (!wanted && other != null) {
				this.beforeHoldingBack = null;
				other.run();
			}
			return super.setAutoRead(wanted);
		}

	}

}
