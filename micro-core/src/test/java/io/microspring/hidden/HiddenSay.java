package io.microspring.hidden;

class HiddenSay {

	public String greet(String text) {
		return "Hidden " + text;
	}

}
